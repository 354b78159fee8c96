"""Values with invented figures for testing renderers on their own; nothing here is a fact."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from wizard.costing.records import Bom, BomLine, Category, Swing, Tco, TcoYear
from wizard.needs.needs import Needs
from wizard.planner.plan import (
    Cost,
    CurvePoint,
    Estimate,
    Limit,
    MemoryUse,
    ModelSummary,
    Option,
    Parallel,
    ParetoPoint,
    Plan,
    Rejection,
    Role,
    SourceUse,
)


def needs() -> Needs:
    return Needs.model_validate(
        {
            "model": "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B",
            "workload": {"concurrent_users": 50, "prompt_tokens": 2000, "output_tokens": 500},
            "targets": {"ttft_ms": 1000, "tpot_ms": 50},
            "budget": {"purchase": "80000", "currency": "USD"},
            "document": {"project": "Pilot", "customer": "示例客户 <R&D>", "prepared_by": "A. Engineer"},
        }
    )


def line(
    number: int, category: Category, part: str, name: str, quantity: int, price: str | None, **more: object
) -> BomLine:
    unit = None if price is None else Decimal(price)
    values: dict[str, object] = {
        "number": number, "category": category, "part": part, "vendor": "Vendor", "description": name,
        "quantity": quantity, "unit_list": unit, "discount": Decimal("0"), "unit_net": unit,
        "extended": None if unit is None else unit * quantity, "price_kind": None if unit is None else "street",
        "price_as_of": None if unit is None else date(2026, 8, 2), "price_source": "" if unit is None else "survey",
        "stale": unit is not None, "power_w": 700.0, "rack_units": None, "weight_kg": None,
    } | more
    return BomLine(**values)  # type: ignore[arg-type]


def bom() -> Bom:
    lines = (
        line(1, "accelerator", "h200_nvl_141", "NVIDIA H200 NVL 141GB", 2, "31000.00"),
        line(2, "system", "server_2u", "2U server, 4 double-width slots", 1, "7400.00", rack_units=2.0, weight_kg=31.0),
        line(3, "memory", "rdimm_64", "DDR5 RDIMM 64 GB", 8, "800.00"),
        line(4, "rack", "rack_42u", "42U rack", 1, None),
    )
    subtotals: tuple[tuple[Category, Decimal], ...] = (
        ("accelerator", Decimal("62000.00")), ("system", Decimal("7400.00")), ("memory", Decimal("6400.00")),
    )
    return Bom(
        currency="USD", usd_rate=Decimal(1), rate_as_of=date(2026, 10, 30), rate_source="ecb", lines=lines,
        subtotals=subtotals, net=Decimal("75800.00"), tax_rate=Decimal("0"), tax=Decimal("0.00"),
        total=Decimal("75800.00"), low=Decimal("69000.00"), high=Decimal("84000.00"), unpriced=(4,), power_w=2400.0,
        rack_units=2.0, weight_kg=31.0,
    )


def tco() -> Tco:
    zero = Decimal("0.00")
    years = tuple(
        TcoYear(
            year=y, capex=Decimal("75800.00") if y == 0 else zero, energy=zero if y == 0 else Decimal("2100.00"),
            support=zero if y == 0 else Decimal("7580.00"), space=zero, staff=zero, cloud=zero, residual=zero,
            total=Decimal("75800.00") if y == 0 else Decimal("9680.00"),
        )
        for y in range(4)
    )
    return Tco(
        currency="USD", horizon_years=3, years=years, npv=Decimal("100746.00"), total=Decimal("104840.00"),
        opex_year=Decimal("9680.00"), energy_kwh_year=21024.0, co2e_kg_year=7800.0, tokens_year=2.1e10,
        per_million_tokens=Decimal("1.66"), per_million_p10=Decimal("1.20"), per_million_p90=Decimal("2.70"),
        cloud_on_demand_month=Decimal("5900.00"), api_month=None, break_even_month=15, break_even_utilization=0.21,
        roi=None, swings=(Swing(name="utilization", low_input=0.25, high_input=0.8, at_low=3.3, at_high=1.04),),
        assumptions=(("pue", 1.54, "uptime"), ("electricity_usd_per_kwh", 0.0862, "eia")),
    )


def option(role: Role = "recommended", accelerators: int = 2) -> Option:
    return Option(
        id=f"{role}-1", role=role, accelerator="h200_nvl_141", accelerator_name="H200 NVL 141GB",
        accelerators=accelerators, nodes=1, accelerators_per_node=accelerators, system="dell_xe7745", cloud_sku=None,
        parallel=Parallel(tp=accelerators), replicas=1, spare_replicas=0, weight_precision="bf16", kv_precision="bf16",
        engine="vllm", batch=50, max_context_tokens=4096,
        memory=MemoryUse(
            weights=30.5, kv_cache=15.2, activations=4.8, overhead=3.9, capacity=140.4, usable=129.2
        ),
        kv_tokens=482_000,
        estimates={
            "ttft_ms": Estimate(value=460, low=300, high=710, ceiling=71, basis="hopper/bf16"),
            "tpot_ms": Estimate(value=19, low=15, high=24, ceiling=6.9, basis="hopper/bf16"),
            "e2e_ms": Estimate(value=9960, low=7800, high=12710, ceiling=3521, basis="hopper/bf16"),
            "output_tok_s": Estimate(value=2510, low=1960, high=3200, ceiling=7100, basis="hopper/bf16"),
            "total_tok_s": Estimate(value=12550, low=9800, high=16000, ceiling=35500, basis="hopper/bf16"),
            "requests_s": Estimate(value=5.0, low=3.9, high=6.4, ceiling=14.2, basis="hopper/bf16"),
            "max_concurrency": Estimate(value=236, low=212, high=250, ceiling=260, basis="memory"),
        },
        power_w=2400.0, rack_units=2.0, binding=Limit(code="ttft_ms", need=1000, have=710, unit="ms", margin=0.29),
        limits=(
            Limit(code="ttft_ms", need=1000, have=710, unit="ms", margin=0.29),
            Limit(code="tpot_ms", need=50, have=24, unit="ms", margin=0.52),
        ),
        cost=Cost(
            currency="USD", capex=Decimal("75800.00"), opex_year=Decimal("9680.00"), total=Decimal("104840.00"),
            per_month=None, usd_per_million_tokens=Decimal("1.66"),
        ),
        bom=bom(), tco=tco(),
    )


def plan() -> Plan:
    options = (option("minimum", 1), option("recommended", 2), option("headroom", 4))
    return Plan(
        needs=needs(), catalog_version="2026.11.22", calibration_version="0", status="feasible",
        model=ModelSummary(
            id="deepseek-ai/DeepSeek-R1-Distill-Qwen-32B", name="DeepSeek-R1-Distill-Qwen-32B",
            total_params=32_763_876_352, active_params=32_763_876_352,
            weight_bytes={"bf16": 65_527_752_704, "fp8": 33_100_000_000, "int4": 19_300_000_000},
            kv_bytes_per_token=262_144, attention="gqa", max_context=131_072,
        ),
        options=options, recommended="recommended-1",
        rejected=(Rejection(what="rtx_4090", reason="weights_exceed_memory", need=61.0, have=21.6, unit="GiB"),),
        changes=(), facts=(),
        curve=tuple(CurvePoint(batch=b, tpot_ms=12 + b * 0.14, output_tok_s=b * 1000 / (12 + b * 0.14))
                    for b in (1, 2, 4, 8, 16, 32, 64, 128)),
        pareto=(
            ParetoPoint(option_id="recommended-1", accelerator="h200_nvl_141", accelerators=2,
                        cost=Decimal("75800.00"), tpot_ms=19, feasible=True, on_front=True),
            ParetoPoint(option_id=None, accelerator="l40s", accelerators=4, cost=Decimal("52000.00"), tpot_ms=44,
                        feasible=False, on_front=True),
        ),
        warnings=(),
        sources=(SourceUse(id="ecb", publisher="European Central Bank", document="Reference rates",
                           address="https://www.ecb.europa.eu/stats", as_of="2026-10-30", kind="regulator"),),
        considered=41_000, currency="USD", chosen=options[1],
    )
