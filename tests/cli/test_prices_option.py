"""``rackwright plan --prices``: own figures from files, the later over the earlier, inside what is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wizard.cli import app


def test_own_prices_reach_the_plan_and_the_quote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    needs = tmp_path / "needs.yaml"
    text = "schema: 1\nconstraints: {accelerators: [l40s]}\nworkload: {concurrent_users: 4}\n"
    needs.write_text(text, encoding="utf-8")
    first, second = tmp_path / "a.csv", tmp_path / "b.yaml"
    first.write_text("id,price_usd,discount\nl40s,7000,\ncpu,,5%\n", encoding="utf-8")
    second.write_text("prices: [{part: l40s, usd: 6500, as_of: 2026-11-01}]\n", encoding="utf-8")
    out = tmp_path / "out"
    assert app.run(["plan", str(needs), "--prices", str(first), "--prices", str(second), "--out", str(out)]) == app.OK
    plan = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    line = next(line for line in plan["bom"]["lines"] if line["part"] == "l40s")
    assert (line["unit_list"], line["price_kind"]) == ("6500.00", "yours")
    assert plan["needs"]["overrides"]["discounts"] == [{"item": "cpu", "share": "0.05"}]
    capsys.readouterr()
    assert app.run(["open", str(out / "quote.pdf")]) == app.OK
    assert "usd: '6500'" in capsys.readouterr().out


def test_a_bad_price_book_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    needs, book = tmp_path / "needs.yaml", tmp_path / "book.csv"
    needs.write_text("schema: 1\n", encoding="utf-8")
    book.write_text("id,price_usd\nl40s,free\n", encoding="utf-8")
    assert app.run(["plan", str(needs), "--prices", str(book), "--out", str(tmp_path / "out")]) == app.BAD_INPUT
    assert "book.csv row 2, column price_usd" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
