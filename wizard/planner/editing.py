"""The user's changes of the bill, in the option that is quoted and in no other."""

from __future__ import annotations

from dataclasses import replace

from wizard.needs.needs import Needs
from wizard.planner.bills import Biller
from wizard.planner.plan import Change, Option
from wizard.planner.serving_plan import Context


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
