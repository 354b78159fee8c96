"""A price book that is opened or dropped adds its figures to the answers and replaces nothing else."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from wizard.catalog.catalog import Catalog
from wizard.errors import CatalogFault
from wizard.needs.presets import preset
from wizard.ui.opening import read_any
from wizard.ui.store import needs_text


def book(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "prices.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_prices_are_added_one_book_after_the_other(tmp_path: Path) -> None:
    catalog, needs = Catalog(), preset("S12").needs
    first = read_any(book(tmp_path, "id,price_usd\nl40s,7000\na40,4000\n"), needs, catalog)
    laid = catalog.with_overrides(first.overrides)
    second = read_any(book(tmp_path, "id,price_usd\nl40s,6500\n"), first, laid)
    assert {row.part: row.usd for row in second.overrides.prices} == {"l40s": Decimal(6500), "a40": Decimal(4000)}
    assert second.model_copy(update={"overrides": needs.overrides}) == needs
    assert '"l40s"' in needs_text(second)


def test_a_bad_book_says_its_row(tmp_path: Path) -> None:
    with pytest.raises(CatalogFault, match=r"prices\.csv row 2, column id.*l40s"):
        read_any(book(tmp_path, "id,price_usd\nl40x,7000\n"), preset("S12").needs, Catalog())


def test_measured_speeds_are_dropped_like_prices(tmp_path: Path) -> None:
    table = tmp_path / "measured.csv"
    table.write_text("model,gpu,tp,engine,isl,osl,concurrency_or_batch,metric,value\n"
                     "Qwen/Qwen2.5-7B-Instruct,L40S,1,vLLM,1000,200,8,tpot_ms,30\n", encoding="utf-8")
    needs = read_any(table, preset("S12").needs, Catalog())
    assert needs.overrides.measurements[0].value == 30
    assert read_any(table, needs, Catalog()).overrides.measurements == needs.overrides.measurements
    assert '"measurements"' in needs_text(needs)
