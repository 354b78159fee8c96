"""Promises to late requests, and the proof of all promises on times.

Where 50, 90, 95 or 99 of 100 requests are promised something, every row is judged by the moments of
:mod:`wizard.sizing.late` while searching, and what is then chosen by the draws of :mod:`wizard.sizing.queueing`, at its
real load. Where these are later than the target, the moments of such rows are lifted by the same ratio, and the search
goes on: what is chosen keeps its promise by both. So does a mean whose band is wider at the real load.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import fields

import numpy as np

from wizard.needs.needs import Needs
from wizard.planner.demand import Demand, waves_fill
from wizard.planner.explore import Explorer
from wizard.planner.options import Writer
from wizard.planner.search import Judged
from wizard.sizing.cases import Floats, ServingColumns
from wizard.sizing.late import Flow, Late, PromisedColumns, late
from wizard.sizing.serving import Constants
from wizard.sizing.traffic import ServingInputs

SAME_GROUP, SAME_DEVICE, ROUNDS = 4, 8, 24
"""Rounds in which what one row teaches is believed of its group, then of its device, then of everything."""


def promise(needs: Needs) -> Callable[[ServingInputs, ServingColumns, Constants], ServingColumns] | None:
    """Return what adds the asked percentile to estimates; ``None`` where means are promised."""
    percentile, demand = needs.targets.percentile, Demand.of(needs)
    if percentile is None:
        return None

    def promised(inputs: ServingInputs, columns: ServingColumns, constants: Constants) -> ServingColumns:
        found = late(inputs, columns, constants, percentile, _flow(demand, inputs.concurrency, columns))
        means = {f.name: getattr(columns, f.name) for f in fields(ServingColumns)}
        return PromisedColumns(**means, late=_full(found, columns))

    return promised


def _flow(demand: Demand, users: Floats, columns: ServingColumns) -> Flow:
    """Return how requests come to replicas that are given all that they are sized for."""
    if demand.users is None and demand.requests_s is not None:
        fill = waves_fill(users.astype(np.int64), demand.arrival_scv)
        return Flow(columns.requests_s.low * fill, demand.arrival_scv)
    if not demand.think_time_s:
        return Flow()
    think, answer = demand.think_time_s, columns.e2e_ms.value / 1e3
    away = think / (think + answer)
    return Flow(users * (1 + think / (columns.e2e_ms.high / 1e3)) / (think + answer), 1.0, away)


def _full(found: Late, columns: ServingColumns) -> Late:
    shape = columns.batch.shape
    return Late(*(
        type(band)(*(np.broadcast_to(getattr(band, f.name), shape) for f in fields(band)))
        for band in (getattr(found, f.name) for f in fields(found))
    ))


Chosen = Callable[[], Iterable[tuple[Judged, int]]]


def prove(explorer: Explorer, writer: Writer, chosen: Chosen, without: Collection[str] = ()) -> None:
    """Search until all chosen rows keep what is promised at their real load too.

    Args:
        chosen: searches, and returns the rows that the choice falls on.
        without: codes of requirements that need not be kept.
    """
    for turn in range(ROUNDS):
        missed = [case for at, row in chosen() if (case := _missed(writer, at, row, without))]
        if not missed:
            return
        for group, ratios in missed:
            g = explorer.space.groups
            alike = (g.device == g.device[group]) | (turn >= SAME_DEVICE)
            explorer.lifted.learn(np.flatnonzero(alike) if turn >= SAME_GROUP else np.array([group]), ratios)


def cheapest(explorer: Explorer, writer: Writer, without: Collection[str] = ()) -> tuple[Judged, int] | None:
    """Return the cheapest row that keeps every promise but those of the codes in ``without``, and proves to."""
    found: list[tuple[Judged, int]] = []

    def chosen() -> list[tuple[Judged, int]]:
        found.clear()
        if np.isfinite(explorer.cheapest(1.0, without=without)).any():
            judged = explorer.judged(1.0)
            row = judged.best(judged.feasible(without))
            found.extend([] if row is None else [(judged, row)])
        return found

    prove(explorer, writer, chosen, without)
    return found[0] if found else None


def _missed(
    writer: Writer, at: Judged, row: int, without: Collection[str]
) -> tuple[int, dict[str, float]] | None:
    """Return by how much a row is slower than was judged, where it misses a target."""
    seen = writer.ends(at, row)
    ratios = {}
    for requirement in at.found:
        real = seen.get(requirement.code)
        if real is None or requirement.code in without:
            continue
        more, need, have = 1 if requirement.at_most else -1, float(requirement.need[row]), float(requirement.have[row])
        if more * real > more * need >= more * have:
            ratios[requirement.code] = real / have * (1 + more * 1e-9)
    return (int(at.group[row]), ratios) if ratios else None
