"""The user's changes of the bill, in the option that is quoted and in no other; and what may take a line's place."""

from __future__ import annotations

from dataclasses import replace

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Component
from wizard.costing.edits import alternatives
from wizard.costing.records import BomLine
from wizard.costing.shelf import shelf_of
from wizard.needs.needs import Needs
from wizard.planner.bills import Biller
from wizard.planner.plan import Change, Option, Plan
from wizard.planner.premises import catalog_of
from wizard.planner.serving_plan import Context
from wizard.planner.terms import planned_terms


def edited(
    needs: Needs, context: Context, options: tuple[Option, ...], changes: tuple[Change, ...], chosen: Option | None,
) -> tuple[tuple[Option, ...], tuple[Change, ...], Option | None]:
    """Return options, changes and the chosen option, which stands among them, with the changed bill."""
    if chosen is None or not needs.bill:
        return options, changes, chosen
    by_hand = Biller(needs, context.catalog, context.terms).edited(chosen)
    return (
        tuple(by_hand if option is chosen else option for option in options),
        tuple(replace(change, option=by_hand) if change.option is chosen else change for change in changes),
        by_hand,
    )


def alternatives_of(plan: Plan, catalog: Catalog, line: BomLine) -> tuple[Component, ...]:
    """Return what may take the place of a line of the quoted bill, the cheapest first; of one that the user replaced,
    with what the rules chose."""
    bom = plan.chosen.bom if plan.chosen is not None else None
    if bom is None:
        return ()
    catalog = catalog_of(plan.needs, catalog)
    mine = next((e for e in plan.needs.bill if line.edited and e.alternative == line.part), None)
    shelf = shelf_of(catalog, planned_terms(plan.needs, catalog, plan.currency))
    ruled = replace(line, part=mine.part) if mine is not None else line
    found = alternatives(bom, ruled, shelf)
    own = catalog.components.get(ruled.part)
    return (own, *(part for part in found if part.id != line.part)) if mine is not None and own is not None else found
