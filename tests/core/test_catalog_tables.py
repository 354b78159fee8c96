"""Reading tables: column by column gives what row by row gives, and a bad header or cell is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from wizard.catalog.records import Accelerator, ApiPrice, CloudSku, Component, Economic, Model, SoftwareStack, System
from wizard.catalog.tables import read_records, record_of, rows
from wizard.errors import CatalogFault
from wizard.paths import catalog_dir

TABLES = {
    "accelerators": Accelerator, "systems": System, "components": Component, "cloud": CloudSku,
    "economics": Economic, "api_prices": ApiPrice, "stacks": SoftwareStack, "models": Model,
}


@pytest.mark.parametrize(("table", "record"), TABLES.items())
def test_columns_and_rows_give_the_same(table: str, record: type[Any]) -> None:
    path = catalog_dir() / f"{table}.csv"
    found = read_records(path, record)
    assert len(found) > 10
    assert found == tuple(record_of(row, record, "") for _, row in rows(path))
    assert hash(found[0]) == hash(record_of(next(rows(path))[1], record, ""))


def stacks(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "stacks.csv"
    path.write_text(text, encoding="utf-8")
    return path


HEAD = "id,stack,arch_codes,min_version,last_version,sources"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEAD},note\n", "there is no column 'note'"), (f"{HEAD},price_usd\n", "price_usd"),
        (f"{HEAD},id\n", "names that differ"), ("id,stack\na,b\n", "row 2.*arch_codes is missing"),
        (f"{HEAD}\na,b,c,1.0\n", "row 2.*number of cells"), (f"{HEAD}\na,b,c,1.0,,s\na,b,c,1.0,,s,\n", "row 3.*number"),
    ],
)
def test_a_bad_table_is_refused_where_it_is_bad(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CatalogFault, match=said):
        read_records(stacks(tmp_path, text), SoftwareStack)


def test_a_table_without_rows_is_empty_and_defaults_fill_what_is_left_out(tmp_path: Path) -> None:
    assert read_records(stacks(tmp_path, f"{HEAD}\n"), SoftwareStack) == ()
    found, = read_records(stacks(tmp_path, f"{HEAD}\na,CUDA,8.0;9.0,1.0,,s\n"), SoftwareStack)
    assert (found.arch_codes, found.last_version, found.notes) == (("8.0", "9.0"), "", "")
