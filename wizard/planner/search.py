"""Rows of candidates judged at one load: requirements as masks, the cheapest of the rest, and why others are not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from wizard.planner.builds import Builds
from wizard.planner.candidates import Candidates, native_format
from wizard.planner.plan import Rejection
from wizard.planner.requirements import Requirement
from wizard.planner.shortlist import Device
from wizard.planner.space import Space, price_of
from wizard.sizing.cases import KV_FORMATS, WEIGHT_FORMATS, Bools, Floats, Ints, ServingColumns

UNKNOWN = 1e6
"""Shortfall of a promise that nothing is known to keep."""
ALIKE = 1.25
"""Rates within this ratio are alike: estimates are not surer."""


@dataclass(frozen=True)
class Judged:
    """Rows of a question with their groups, their estimates and builds, and the requirements at one load."""

    space: Space
    candidates: Candidates
    columns: ServingColumns
    builds: Builds
    found: tuple[Requirement, ...]
    group: Ints

    @cached_property
    def narrowed(self) -> Ints:
        """How many of weights and cache are kept in another format than the checkpoint's and the usual."""
        c = self.candidates
        native = WEIGHT_FORMATS.index(native_format(self.space.model))
        narrow = [c.weights != native, c.kv != KV_FORMATS.index("bf16")]
        return np.asarray(np.sum(narrow, axis=0, dtype=np.int64))

    @cached_property
    def margins(self) -> Floats:
        """Margin of each requirement (rows) for each candidate (columns)."""
        return np.stack([requirement.margin for requirement in self.found])

    @cached_property
    def met(self) -> Bools:
        """Which requirement is met by which candidate."""
        return self.margins >= -1e-9

    def feasible(self, without: Collection[str] = ()) -> Bools:
        """Return which candidates meet every requirement except those whose code is in ``without``."""
        kept = [i for i, requirement in enumerate(self.found) if requirement.code not in without]
        return np.asarray(self.met[kept].all(axis=0))

    def best(self, mask: Bools) -> int | None:
        """Return the cheapest candidate of ``mask``.

        Of equal price: the one with fewer devices (without a price this comes first), that keeps the checkpoint's own
        precision, runs in the usual engine, is laid out more plainly, carries more, and answers faster. Where no load
        is stated, carrying clearly more comes before engine and layout.
        """
        rows = np.flatnonzero(mask)
        if rows.size == 0:
            return None
        c, columns = self.candidates.take(rows), self.columns
        carried = self.builds.replicas[rows] * columns.output_tok_s.low[rows]
        more = np.round(np.log(np.maximum(carried, 1e-9)) / np.log(ALIKE)) * (not self.space.demand.stated)
        order = np.lexsort((
            columns.tpot_ms.value[rows], -carried, c.dcp, c.ep, c.dp, c.pp, c.engine, -more, self.narrowed[rows],
            self.builds.accelerators[rows], price_of(self.builds)[rows],
        ))
        return int(rows[order[0]])

    def closest(self) -> int | None:
        """Return the candidate that comes closest to keeping every promise."""
        return int(self.shortfall.argmin()) if self.shortfall.size else None

    @cached_property
    def shortfall(self) -> Floats:
        """Return how far each candidate is from keeping every promise: 0 is there, missing by half or by all add up."""
        missed = np.clip(-self.margins, 0.0, UNKNOWN)
        return np.asarray(np.log1p(missed).sum(axis=0))

    def rejections(self) -> tuple[Rejection, ...]:
        """Return, for every device without a feasible candidate, the promise that its best candidate breaks."""
        device = self.candidates.device
        order = np.lexsort((self.shortfall, ~self.feasible(), device))
        best = order[np.diff(device[order], prepend=-1) != 0]
        devices = self.space.market.devices
        rows = best[~self.feasible()[best]]
        worst = self.margins[:, rows].argmin(axis=0)
        return tuple(self._rejection(devices[int(device[row])], int(row), self.found[int(broken)])
                     for row, broken in zip(rows, worst, strict=True))

    def _rejection(self, device: Device, row: int, requirement: Requirement) -> Rejection:
        if device.rent_only and self.space.market.needs.constraints.acquisition != "cloud":
            # It was only looked at for rent: bought, it may do.
            return Rejection(what=device.whole.id, reason="legacy", need=None, have=None)
        need, have = float(requirement.need[row]), float(requirement.have[row])
        return Rejection(
            what=device.whole.id, reason=requirement.code, need=need if np.isfinite(need) else None,
            have=have if np.isfinite(have) else None, unit=requirement.unit,
        )
