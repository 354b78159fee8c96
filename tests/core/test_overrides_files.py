"""Own figures from CSV, XLSX and YAML: read exactly, or refused with the row and the column."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.plans import CATALOG
from wizard.catalog.overrides import Discount, Overrides, OwnAccelerator, OwnPrice, OwnRate
from wizard.catalog.overrides_file import MAX_BYTES, read_overrides
from wizard.errors import CatalogFault
from wizard.i18n import Translator

TODAY = date(2026, 11, 22)
WANTED = Overrides(
    prices=(
        OwnPrice(part="l40s", usd=Decimal("7000.5"), as_of=date(2026, 10, 1), low_usd=Decimal(6500)),
        OwnPrice(part="my_card", usd=Decimal(1900), as_of=TODAY),
        OwnPrice(part="rack_42u", amount=Decimal(6000), currency="CNY", as_of=TODAY, high=Decimal(6500)),
    ),
    rates=(OwnRate(currency="CNY", per_usd=Decimal("7.1"), as_of=date(2026, 11, 20)),),
    discounts=(Discount(item="switch", share=Decimal("0.125")),),
    accelerators=(OwnAccelerator(id="my_card", like="rtx_4090", memory_gb=48, name="我的卡"),),
)
CSV = """id,kind,like,price_usd,price_as_of,price_low_usd,discount,memory_gb,name,price,currency,price_high,per_usd
l40s,,,7000.5,2026-10,6500,,,,,,,

switch,discount,,,,,12.5%,,,,,,
my_card,accelerator,rtx_4090,1900,,,,48,我的卡,,,,
rack_42u,,,,,,,,,6000,CNY,6500,
CNY,rate,,,2026-11-20,,,,,,,,7.1
"""
YAML = """prices:
- {part: l40s, usd: 7000.5, as_of: 2026-10-01, low_usd: 6500}
- {part: my_card, usd: 1900}
- {part: rack_42u, amount: 6000, currency: CNY, high: 6500}
rates:
- {currency: CNY, per_usd: 7.1, as_of: 2026-11-20}
discounts:
- {item: switch, share: 0.125}
accelerators:
- {id: my_card, like: rtx_4090, memory_gb: 48, name: 我的卡}
"""


def read(path: Path) -> Overrides:
    return read_overrides(path, TODAY, CATALOG)


def text_file(tmp_path: Path, text: str, name: str = "own.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def sheet(tmp_path: Path, rows: list[list[object]], name: str = "own.xlsx") -> Path:
    path = tmp_path / name
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    page = book.add_worksheet("Prices")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            page.write(number, column, value)
    book.close()
    return path


def refused(path: Path) -> str:
    with pytest.raises(CatalogFault) as caught:
        read(path)
    Translator("zh_CN").error(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("own.csv", CSV), ("own.csv", "\ufeff" + CSV), ("own.csv", CSV.replace(",", ";")),
        ("own.csv", CSV.replace(",", "\t")),
        ("own.csv", CSV.replace("\n", "\r\n")), ("own.yaml", YAML), ("own.yml", "overrides:\n" + "".join(
            "  " + line for line in YAML.splitlines(keepends=True))),
    ],
)
def test_every_way_of_writing_it_gives_the_same_value(tmp_path: Path, name: str, text: str) -> None:
    assert read(text_file(tmp_path, text, name)) == WANTED


def test_a_spreadsheet_gives_the_same_value(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["id", "kind", "like", "price_usd", "price_as_of", "price_low_usd", "discount", "memory_gb", "name", "price",
         "currency", "price_high", "per_usd"],
        ["l40s", None, None, 7000.5, datetime(2026, 10, 1), 6500],  # noqa: DTZ001 (cells have no zone)
        [],
        ["switch", "discount", None, None, None, None, 0.125],
        ["my_card", "accelerator", "rtx_4090", 1900, None, None, None, 48, "我的卡"],
        ["rack_42u", *[None] * 8, 6000, "CNY", 6500],
        # Cells have no zone.
        ["CNY", "rate", None, None, datetime(2026, 11, 20), *[None] * 7, 7.1],  # noqa: DTZ001
    ]
    assert read(sheet(tmp_path, rows)) == WANTED


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("id,price_usd\nl40s,-5\n", "row 2, column price_usd", "-5"),
        ("id,price_usd\nl40s,nan\n", "row 2, column price_usd", "nan"),
        ("id,price_usd\nl40s,1e400\n", "row 2, column price_usd", "1e400"),
        ("id,price_usd\nl40s,many\n", "row 2, column price_usd", "many"),
        ("id,price_usd\nl40s,$7000\n", "row 2, column price_usd", "7000"),
        ("id,price_usd\nl40s,\n", "row 2, column price_usd", "blank"),
        ("id,price_usd\n,5\n", "row 2, column id", "blank"),
        ("id,price_usd\nl40s,5\n\nl40s,6\n", "row 4, column id", "row 2"),
        ("id,price_usd\nl40x,5\n", "row 2, column id", "l40s"),
        ("id,price_usd\nl40s,=1+1\n", "row 2, column price_usd", "formulas"),
        ("id,price_usd,notes\nl40s,5,@SUM(A1)\n", "row 2, column notes", "formulas"),
        ("id,price_usd,notes\nl40s,5,-cmd|'/C calc'!A0\n", "row 2, column notes", "formulas"),
        ("id,price_usd,notes\nl40s,5,a\x07b\n", "row 2, column notes", "cannot be shown"),
        ("id,price_usd,notes\nl40s,5," + "x" * 500 + "\n", "row 2, column notes", "longer than 400"),
        ("id,price\nl40s,5\n", "row 2, column currency", "blank"),
        ("id,price,currency\nl40s,5,CNX\n", "row 2, column currency", "exchange rate"),
        ("id,price,currency\nl40s,5,yuan\n", "row 2, column currency", "yuan"),
        ("id,price,currency,price_high\nl40s,5,CNY,4\n", "row 2", "range"),
        ("id,price,currency,price_usd\nl40s,5,CNY,4\n", "row 2", "either"),
        ("id,kind,per_usd\nCNY,rate,\n", "row 2, column per_usd", "blank"),
        ("id,kind,per_usd\nCNY,rate,0\n", "row 2, column per_usd", "0"),
        ("id,kind,per_usd\nUSD,rate,1\n", "row 2", "dollar"),
        ("id,kind,per_usd,price_as_of\nCNY,rate,7,2031-01-01\n", "row 2, column price_as_of", "future"),
        ("id,price_usd,price_as_of\nl40s,5,yesterday\n", "row 2, column price_as_of", "no date"),
        ("id,price_usd,price_as_of\nl40s,5,2027-01-01\n", "row 2, column price_as_of", "future"),
        ("id,price_usd,memory_gb\nl40s,5,48\n", "row 2, column memory_gb", "kind"),
        ("id,kind,price_usd\nl40s,gpu,48\n", "row 2, column kind", "accelerator"),
        ("id,discount\nswitch,100%\n", "row 2, column discount", "1"),
        ("id,discount\nswich,10%\n", "row 2, column id", "switch"),
        ("id,kind,memory_gb\nx,accelerator,48\n", "row 2, column like", "new"),
        ("id,kind,like,layers\nx,accelerator,l40s,48\n", "row 2", "no column layers"),
        ("id,kind,like,tdp_w\nx,accelerator,l40s,48000\n", "row 2, column tdp_w", "W"),
        ("id,kind,like,layers\nacme/x,model,meta-llama/Llama-3.3-70B-Instruct,90\n", "row 2, column total_params",
         "needed"),
        ("id,price_usd\nl40s,5,6\n", "row 2", "number of cells"),
        ("id,id\nl40s,5\n", "row 1", "differ"),
        ("", "own.csv", "holds no"),
        ("id,price_usd\n", "own.csv", "holds no"),
        ("id,price_usd\n" + "".join(f"part{n},1\n" for n in range(6000)), "own.csv", "more than 5000 rows"),
    ],
)
def test_a_bad_table_says_where_and_why(tmp_path: Path, text: str, where: str, said: str) -> None:
    complaint = refused(text_file(tmp_path, text))
    assert complaint.startswith("own.csv")
    assert where in complaint
    assert said in complaint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prices: [{part: l40s, usd: .nan}]", "prices[0].usd"),
        ("prices: [{part: l40s, usd: 5, as_of: 2030-01-01}]", "future"),
        ("prices: [{part: l40s", "malformed"),
        ("a: &a [1]\nprices: *a", "neither"),
        ("[" * 100, "neither"),
        ("prices: !!python/object/apply:os.system [ls]", "malformed"),
        ("price: []", "price"),
        ("just text", "holds no"),
        ("prices: [{part: l40x, usd: 5}]", "l40s"),
        ("prices: [{part: l40s, amount: 5}]", "currency"), ("rates: [{currency: CNY, per_usd: -1}]", "per_usd"),
        ("rates: [{currency: CNY, per_usd: 7, as_of: 2030-01-01}]", "future"),
    ],
)
def test_bad_yaml_says_where_and_why(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(text_file(tmp_path, text, "own.yaml"))


def test_formulas_of_a_spreadsheet_are_refused(tmp_path: Path) -> None:
    complaint = refused(sheet(tmp_path, [["id", "price_usd"], ["l40s", "=7000*0.9"]]))
    assert "row 2, column price_usd: formulas are not read" in complaint


def test_what_is_no_spreadsheet_is_refused(tmp_path: Path) -> None:
    assert "no spreadsheet" in refused(text_file(tmp_path, "id,price_usd\n", "own.xlsx"))
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as packed:
        packed.writestr("readme.txt", "hello")
    assert "no spreadsheet" in refused(tmp_path / "other.xlsx")


def test_what_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sheet1.xml", b"0" * 70_000_000)
    assert "unpacks to more" in refused(tmp_path / "bomb.xlsx")


def test_large_missing_and_foreign_files_are_refused(tmp_path: Path) -> None:
    assert "at most" in refused(text_file(tmp_path, "x" * (MAX_BYTES + 1)))
    assert "cannot be read" in refused(tmp_path / "none.csv")
    assert "CSV, XLSX and YAML" in refused(text_file(tmp_path, "x", "own.doc"))
    path = tmp_path / "gbk.csv"
    path.write_bytes("id,price_usd,notes\nl40s,5,价格\n".encode("gbk"))
    assert "no UTF-8" in refused(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["own.csv", "own.yaml", "own.xlsx"]))
def test_any_bytes_are_read_or_refused(tmp_path: Path, data: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    try:
        found: Overrides | CatalogFault = read(path)
    except CatalogFault as fault:
        found = fault
    assert isinstance(found, Overrides) or found.where.startswith(name)
