"""Plans of every kind for the paper, and ways to read a finished PDF back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from types import MappingProxyType

import pypdf
import pypdfium2

from tests import samples
from wizard.costing.records import Bom, Category
from wizard.i18n import Translator
from wizard.needs.needs import Needs
from wizard.planner.plan import Change, Estimate, Limit, MemoryUse, Option, Plan
from wizard.quote.pdf import pdf_bytes

DAY = date(2026, 11, 22)
PLAN_JSON = b'{"schema": 1, "invented": true}\n'
FILES = {"plan.json": PLAN_JSON, "bom.csv": "名称,数量\r\n".encode()}


def paper(plan: Plan, lang: str = "en", **files: bytes) -> bytes:
    return pdf_bytes(plan, Translator(lang), attachments=files or FILES, issued=DAY)


def with_option(plan: Plan, option: Option) -> Plan:
    return replace(plan, options=(option,), recommended=option.id, chosen=option)


def with_bom(bom: Bom | None, plan: Plan | None = None) -> Plan:
    return with_option(plan or samples.plan(), replace(samples.option(), bom=bom))


def rented() -> Plan:
    option = samples.option()
    cost = replace(option.cost, capex=None, per_month=Decimal("5900.00"), opex_year=Decimal("70800.00"))
    return with_option(samples.plan(), replace(option, bom=None, system=None, cloud_sku="p5.48xlarge", cost=cost))


def infeasible() -> Plan:
    plan, option = samples.plan(), samples.option()
    missed = Limit(code="ttft_ms", need=100, have=710, unit="ms", margin=-6.1)
    nearest = replace(option, id="change-1", role="alternative", limits=(missed,), binding=missed)
    change = Change(key="ttft_ms", from_value=100.0, to_value=710.0, option=nearest)
    return replace(plan, status="infeasible", recommended=None, options=(), changes=(change,), chosen=nearest)


def empty() -> Plan:
    return replace(samples.plan(), status="infeasible", recommended=None, options=(), changes=(), chosen=None, curve=(),
                   pareto=(), sources=(), rejected=())


def training() -> Plan:
    option = replace(
        samples.option(),
        estimates=MappingProxyType({
            "hours": Estimate(value=61, low=52, high=71, ceiling=30, basis="training"),
            "mfu": Estimate(value=0.41, low=0.35, high=0.48, ceiling=1.0, basis="training"),
            "tokens_s_per_accelerator": Estimate(value=1520, low=1290, high=1800, ceiling=3700, basis="training"),
        }),
        limits=(Limit(code="hours", need=72, have=71, unit="h", margin=0.014),),
        binding=Limit(code="hours", need=72, have=71, unit="h", margin=0.014),
        memory=MemoryUse(weights=16.3, kv_cache=0, activations=21.0, overhead=3.1, gradients=8.2, optimizer=49.0,
                         capacity=140.4, usable=129.2),
    )
    needs = Needs.model_validate({"use_case": "training", "training": {"tokens": 2e9, "deadline_hours": 72,
                                                                      "method": "full"}})
    return replace(with_option(samples.plan(), option), needs=needs, curve=())


def yuan() -> Plan:
    bom = replace(samples.bom(), currency="CNY", usd_rate=Decimal("7.1234"), net=Decimal("540000.00"),
                  tax_rate=Decimal("0.13"), tax=Decimal("70200.00"), total=Decimal("610200.05"))
    return replace(with_bom(bom), currency="CNY")


def long_bill(lines: int, price: str = "12.34") -> Plan:
    category: Category = "cable"
    many = tuple(samples.line(n, category, f"cable_{n}", f"Cable {n} of 3 m", 7, price) for n in range(1, lines + 1))
    net = sum((x.extended or Decimal(0) for x in many), Decimal("0.00"))
    return with_bom(replace(samples.bom(), lines=many, subtotals=((category, net),) if many else (), net=net,
                            tax=Decimal(0), total=net, unpriced=()))


def saying(**words: str) -> Plan:
    plan = samples.plan()
    document = plan.needs.document.model_copy(update=words)
    return replace(plan, needs=plan.needs.model_copy(update={"document": document}))


def every_kind() -> Iterator[tuple[str, Plan]]:
    yield from (("owned", samples.plan()), ("rented", rented()), ("infeasible", infeasible()), ("empty", empty()),
                ("training", training()), ("yuan", yuan()), ("no lines", long_bill(0)))


def text_of(content: bytes) -> str:
    pages = pypdf.PdfReader(BytesIO(content)).pages
    return "\n".join(plain(page.extract_text()) for page in pages)


def plain(text: str) -> str:
    return re.sub(r"[ \u00a0\u202f]+", " ", text)


def squeezed(text: str) -> str:
    """Without any blank: a wrapped Chinese sentence reads as one."""
    return re.sub(r"\s+", "", text)


Box = tuple[float, float, float, float, str]


def char_boxes(content: bytes) -> Iterator[tuple[int, tuple[float, float], list[Box]]]:
    """Yield page number, page size and the ink box of every visible sign."""
    document = pypdfium2.PdfDocument(content)
    try:
        for number, page in enumerate(document, 1):
            texts = page.get_textpage()
            whole = texts.get_text_range()
            boxes = [(*texts.get_charbox(i), whole[i]) for i in range(texts.count_chars()) if i < len(whole)]
            yield number, page.get_size(), [b for b in boxes if b[4].strip() and b[2] > b[0]]
            texts.close()
            page.close()
    finally:
        document.close()


def collisions(boxes: list[Box]) -> list[tuple[str, str]]:
    """Return neighbours whose inks overlap by more than a point in both directions."""
    found = []
    ordered = sorted(boxes)
    for i, (_x1, y1, x2, y2, a) in enumerate(ordered):
        for bx1, by1, bx2, by2, b in ordered[i + 1:]:
            if bx1 > x2 - 1.0:
                break
            if min(x2, bx2) - bx1 > 1.0 and min(y2, by2) - max(y1, by1) > 1.0:
                found.append((a, b))
    return found
