"""The shipped catalogue has no errors, and each of many seeded faults is found at its row."""

from __future__ import annotations

import ast
import csv
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polib
import pytest

from wizard.catalog import check as check_module
from wizard.catalog.catalog import Catalog
from wizard.catalog.check import check
from wizard.catalog.findings import Finding
from wizard.i18n import Translator, fields_of
from wizard.paths import catalog_dir, resource

Row = dict[str, str]


@pytest.fixture(scope="module")
def shipped() -> tuple[Finding, ...]:
    return check(Catalog())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "catalog"
    copy.mkdir()
    for file in (*catalog_dir().glob("*.csv"), catalog_dir() / "VERSION"):
        shutil.copy(file, copy)
    # One model is enough for faults in hardware, and much quicker to read.
    models = (copy / "models.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (copy / "models.csv").write_text("".join(models[:2]), encoding="utf-8")
    return copy


def edit(folder: Path, table: str, change: Callable[[list[Row]], None]) -> None:
    path = folder / f"{table}.csv"
    with path.open(newline="", encoding="utf-8") as f:
        reader = csv.DictReader(f)
        rows = list(reader)
        columns = list(reader.fieldnames or ())
    change(rows)
    with path.open("w", newline="", encoding="utf-8") as f:
        writer = csv.DictWriter(f, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def put(folder: Path, table: str, row: str, column: str, value: str) -> None:
    def change(rows: list[Row]) -> None:
        next(r for r in rows if r["id"] == row)[column] = value

    edit(folder, table, change)


def test_the_shipped_catalogue_has_no_errors(shipped: tuple[Finding, ...]) -> None:
    assert [str(f) for f in shipped if f.severity == "error"] == []


def test_old_prices_are_stale_not_wrong(shipped: tuple[Finding, ...]) -> None:
    stale = {f.row for f in shipped if f.severity == "stale"}
    assert "rtx_4090" in stale
    assert "a40" not in stale


def test_everything_grows_stale_with_time() -> None:
    later = check(Catalog(), today=date(2027, 6, 1))
    assert "a40" in {f.row for f in later if f.severity == "stale"}


FAULTS = [
    ("stacks", "cuda/hopper", "min_version", "CUDA 12", "version"),
    ("stacks", "cuda/volta", "last_version", "8.0", "version_order"),
    ("stacks", "cuda/ada", "arch_codes", "8.8", "unknown_arch"),
    ("stacks", "cuda/hopper", "arch_codes", "8.9;9.0", "duplicate"),
    ("stacks", "cuda/ada", "sources", "nobody", "unknown_source"),
    ("accelerators", "jetson_agx_orin_64", "power_modes_w", "30;15;60", "power_mode"),
    ("accelerators", "jetson_agx_orin_64", "power_modes_w", "15;30", "power_mode"),
    ("accelerators", "jetson_agx_orin_64", "power_modes_w", "15 W", "power_mode"),
    ("accelerators", "h100_sxm_80", "fp16_tflops", "1979", "sparse_number"),
    ("accelerators", "rtx_4090", "fp16_tflops", "330.3", "sparse_number"),
    ("accelerators", "l4", "fp16_tflops", "60.5", "halved_twice"),
    ("accelerators", "rtx_6000_ada", "fp16_tflops", "182", "halved_twice"),
    ("accelerators", "mi300x", "fp16_tflops", "2614", "sparse_number"),
    ("accelerators", "a100_sxm_80", "fp8_tflops", "624", "precision_lacking"),
    ("accelerators", "v100_sxm2_32", "bf16", "yes", "precision_lacking"),
    ("accelerators", "h100_sxm_80", "fp4_tflops", "3958", "precision_lacking"),
    ("accelerators", "rtx_5090", "fp4_tflops", "3352", "rate_ratio"),
    ("accelerators", "dgx_spark_gb10", "fp8_tflops", "1000", "rate_ratio"),
    ("accelerators", "mi355x", "int8_tops", "13000", "rate_ratio"),
    ("accelerators", "mi300x", "memory_gb", "800", "memory_bytes"),
    ("accelerators", "a100_sxm_80", "memory_bytes", "40000000000", "memory_bytes"),
    ("accelerators", "h200_sxm_141", "memory_bytes", "160000000000", "memory_bytes"),
    ("accelerators", "b200_sxm_180", "bandwidth_gb_s", "1800000", "bandwidth"),
    ("accelerators", "rtx_3090", "bandwidth_gb_s", "93.6", "bandwidth"),
    ("accelerators", "rtx_4090", "bandwidth_gb_s", "2016", "bandwidth"),
    ("accelerators", "rtx_5090", "tdp_w", "5750", "power"),
    ("accelerators", "h100_sxm_80", "tdp_w", "70", "power"),
    ("accelerators", "h100_sxm_80", "scaleup_gb_s", "1800", "nvlink"),
    ("accelerators", "gaudi2", "scaleup_gb_s", "2400", "scaleup_unit"),
    ("accelerators", "l40s", "scaleup_gb_s", "900", "scaleup"),
    ("accelerators", "a100_sxm_80", "pcie_gen", "5", "pcie_generation"),
    ("accelerators", "rtx_4090", "pcie_lanes", "12", "pcie"),
    ("accelerators", "a100_sxm_80", "mig_instances", "8", "mig"),
    ("accelerators", "a100_sxm_40", "mig_profiles", "1g.10gb:7", "mig_profile"),
    ("accelerators", "mi300x", "mig_instances", "7", "mig"),
    ("accelerators", "h100_sxm_80", "status", "available", "unknown_word"),
    ("accelerators", "tpu_v5e", "status", "current", "cloud_only"),
    ("accelerators", "h100_sxm_80", "form_factor", "SXM9", "unknown_word"),
    ("accelerators", "rtx_4090", "usable_share", "0.75", "usable_share"),
    ("accelerators", "a40", "sources", "", "no_source"),
    ("accelerators", "a40", "sources", "hearsay", "unknown_source"),
    ("accelerators", "a40", "price_source", "hearsay", "unknown_source"),
    ("accelerators", "a40", "price_usd", "42", "price_range"),
    ("accelerators", "a40", "price_low_usd", "", "no_range"),
    ("accelerators", "a40", "price_kind", "list", "price_class"),
    ("accelerators", "a40", "price_as_of", "2031-01-01", "price_date"),
    ("accelerators", "a40", "estimated", "memory", "unknown_field"),
    ("accelerators", "h100_sxm_80", "release_year", "2202", "year"),
    ("systems", "dgx_a100", "pcie_gen", "5", "host_generation"),
    ("systems", "srv_pcie4_4u_8dw", "dimm_type", "DDR5 RDIMM", "memory_generation"),
    ("systems", "dgx_h100", "accelerators", "h1000", "unknown_accelerator"),
    ("systems", "dgx_h100", "accelerators", "mi300x", "form"),
    ("systems", "ws_am5_1gpu_small", "accelerators", "rtx_5090", "slot_power"),
    ("systems", "ws_am5_1gpu", "psu_w", "700", "supply"),
    ("systems", "dgx_b200", "max_power_w", "6000", "max_power"),
    ("systems", "ws_am5_1gpu", "parts", "psu_9000", "unknown_component"),
    ("systems", "srv_pcie5_4u_8dw", "cpus", "epyc_7763", "socket"),
    ("systems", "dgx_h100", "includes", "", "includes"),
    ("systems", "dgx_h100", "kind", "big", "unknown_word"),
    ("components", "epyc_7763", "memory_type", "DDR5 RDIMM", "memory_generation"),
    ("components", "ddr5_rdimm_64", "memory_speed_mt_s", "3200", "memory_speed"),
    ("components", "ddr5_rdimm_64", "size_gb", "65", "module_size"),
    ("components", "cx7_400", "port_gbps", "4000", "port_speed"),
    ("components", "qm9700", "ports", "", "blank"),
    ("components", "psu_1200", "capacity_w", "", "blank"),
    ("cloud", "aws/p4d.24xlarge/us-east-1", "accelerator", "h100_sxm_80", "instance_family"),
    ("cloud", "aws/p4d.24xlarge/us-east-1", "accelerator", "a100", "unknown_accelerator"),
    ("cloud", "aws/g4dn.xlarge/us-east-1", "spot_usd_h", "5", "cheaper"),
    ("cloud", "aws/g4dn.xlarge/us-east-1", "on_demand_usd_h", "526", "hourly"),
    ("cloud", "aws/g4dn.xlarge/us-east-1", "region", "us-west-1", "id"),
    ("economics", "pue/industry-average/world", "value", "0.9", "value"),
    ("economics", "vat/standard-rate/de", "value", "19", "value"),
    ("economics", "fx/usd-eur/eu", "value", "1.1172", "exchange"),
    ("economics", "electricity/commercial-average/us", "high", "0.1", "range"),
    ("economics", "pue/industry-average/world", "sources", "hearsay", "unknown_source"),
    ("economics", "pue/industry-average/world", "low", "", "no_range"),
    ("economics", "pue/server-room/world", "estimated", "low", "unmarked"),
    ("components", "dac_10g", "estimated", "", "unmarked"),
    ("api_prices", "groq/openai/gpt-oss-120b", "model", "openai/gpt-oss-121b", "unknown_model"),
    ("api_prices", "groq/openai/gpt-oss-120b", "provider", "Grok", "id"),
    ("api_prices", "groq/openai/gpt-oss-120b", "input_usd_per_million", "0", "per_million"),
    ("api_prices", "groq/openai/gpt-oss-120b", "output_usd_per_million", "600", "per_million"),
    ("api_prices", "groq/openai/gpt-oss-120b", "cached_input_usd_per_million", "0.2", "cheaper"),
    ("api_prices", "groq/openai/gpt-oss-120b", "as_of", "2031-01-01", "price_date"),
    ("api_prices", "groq/openai/gpt-oss-120b", "sources", "hearsay", "unknown_source"),
    ("api_prices", "groq/openai/gpt-oss-120b", "sources", "", "no_source"),
    ("conflicts", "l4:fp16_tflops", "table", "gpus", "unknown_word"),
    ("conflicts", "l4:fp16_tflops", "rows", "l5", "unknown_row"),
    ("conflicts", "l4:fp16_tflops", "field", "fp15_tflops", "unknown_field"),
    ("conflicts", "l4:fp16_tflops", "chosen", "242", "not_chosen"),
    ("conflicts", "l4:fp16_tflops", "others", "", "blank"),
    ("conflicts", "l4:fp16_tflops", "reason", "", "blank"),
    ("conflicts", "l4:fp16_tflops", "sources", "hearsay", "unknown_source"),
    ("sources", "nvidia-h100", "address", "", "address"),
    ("sources", "nvidia-h100", "publisher", "", "blank"),
    ("sources", "nvidia-h100", "kind", "rumour", "unknown_word"),
]


@pytest.mark.parametrize(("table", "row", "column", "value", "code"), FAULTS)
def test_a_seeded_fault_is_found(folder: Path, table: str, row: str, column: str, value: str, code: str) -> None:
    put(folder, table, row, column, value)
    found = {(f.row, f.code) for f in check(Catalog(folder)) if f.severity == "error"}
    assert (row, code) in found


@pytest.mark.parametrize(
    ("table", "row", "column", "value"),
    [
        ("accelerators", "a40", "memory_bytes", "48 GB"),
        ("accelerators", "a40", "bandwidth_gb_s", "nan"),
        ("accelerators", "a40", "price_kind", "cheap"),
        ("cloud", "aws/g4dn.xlarge/us-east-1", "as_of", "2025-H2"),
        ("economics", "vat/standard-rate/de", "value", "19 %"),
        ("api_prices", "groq/openai/gpt-oss-120b", "output_usd_per_million", "0,60"),
    ],
)
def test_a_cell_of_the_wrong_type_is_found(folder: Path, table: str, row: str, column: str, value: str) -> None:
    put(folder, table, row, column, value)
    found = check(Catalog(folder))
    assert [f.code for f in found] == ["unreadable"]
    assert f"{table}.csv row" in found[0].row


def test_a_repeated_row_is_found(folder: Path) -> None:
    def repeat(rows: list[Row]) -> None:
        rows.append(dict(rows[0]))

    edit(folder, "accelerators", repeat)
    assert "duplicate" in {f.code for f in check(Catalog(folder))}


def test_an_accelerator_without_a_machine_is_found(folder: Path) -> None:
    def forget(rows: list[Row]) -> None:
        for row in rows:
            row["accelerators"] = ";".join(a for a in row["accelerators"].split(";") if a != "gaudi3")
        rows[:] = [row for row in rows if row["accelerators"]]

    edit(folder, "systems", forget)
    assert ("gaudi3", "no_host") in {(f.row, f.code) for f in check(Catalog(folder))}


def test_a_finding_says_where_and_what(folder: Path) -> None:
    put(folder, "accelerators", "gaudi2", "scaleup_gb_s", "2400")
    text = next(str(f) for f in check(Catalog(folder)) if f.severity == "error")
    assert text == (
        "accelerators.csv gaudi2, column scaleup_gb_s: "
        "24x 100GbE RoCE on chip is 600 GB/s in both directions [scaleup_unit]"
    )


def test_every_finding_is_worded_in_chinese_too(folder: Path) -> None:
    put(folder, "accelerators", "gaudi2", "scaleup_gb_s", "2400")
    finding = next(f for f in check(Catalog(folder)) if f.severity == "error")
    assert finding.worded(Translator("zh_CN")) == (
        "accelerators.csv gaudi2，scaleup_gb_s 列: 24x 100GbE RoCE on chip 双向合计为 600 GB/s [scaleup_unit]"
    )


def test_no_wording_of_a_check_lacks_its_chinese() -> None:
    texts = {
        call.args[2].value
        for path in Path(check_module.__file__).parent.glob("check*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        and call.func.attr in {"error", "warning", "stale"} and isinstance(call.args[2], ast.Constant)
    }
    known = {entry.msgid: entry.msgstr for entry in polib.pofile(str(resource("translations", "zh_CN", "catalog.po")))}
    assert len(texts) > 60
    assert texts - known.keys() == set()
    assert all(fields_of(text) == fields_of(known[text]) for text in texts if isinstance(text, str))
