"""Plans for tests, each made once per run: planning all presets takes seconds."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from wizard.catalog.catalog import Catalog
from wizard.needs.files import parse_needs
from wizard.needs.presets import preset
from wizard.planner.plan import Option, Plan
from wizard.planner.planner import plan

CATALOG = Catalog()

FIFTY_USERS = """
model: DeepSeek-R1-Distill-Qwen-32B
workload: {concurrent_users: 50, prompt_tokens: 2000, output_tokens: 500}
targets: {ttft_ms: 2500, tpot_ms: 60}
budget: {purchase: 90000, currency: USD}
"""
FIFTY_IMPATIENT_USERS = FIFTY_USERS.replace("2500", "1000").replace("60", "50").replace("90000", "80000")
"""The same within a second at the slow end and for less: what today's prices may or may not allow."""
ROUNDING = 0.1
"""What the cents of a yearly table may add up to, in any currency."""


@cache
def of_preset(name: str) -> Plan:
    """Return the plan of a preset."""
    return plan(preset(name).needs, CATALOG)


@cache
def of_text(text: str) -> Plan:
    """Return the plan of needs in YAML."""
    return plan(parse_needs(text), CATALOG)


def chosen(found: Plan) -> Option:
    """Return the recommended option of a feasible plan."""
    assert found.status == "feasible"
    assert found.chosen is not None
    assert found.chosen.id == found.recommended
    return found.chosen


def every_option(found: Plan) -> tuple[Option, ...]:
    """Return all options of a plan, those of its changes and the one that comes closest included."""
    asked = () if found.asked is None else (found.asked,)
    return (*found.options, *(change.option for change in found.changes), *asked)


def in_order(found: Plan) -> bool:
    """Tell whether minimum, recommended and headroom cost ever more, as far as they are got alike."""
    roles = [o for o in found.options if o.role != "alternative" and o.cost.total is not None]
    return all(float(above.cost.total or 0) >= float(below.cost.total or 0) - ROUNDING
               for below, above in pairwise(roles) if bool(below.bom) == bool(above.bom))
