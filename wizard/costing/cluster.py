"""What nodes need around them, for many clusters at once: switches, links, racks, power feeds.

One implementation serves both a single bill of materials (arrays of length one) and the search (many rows), so that the
two cannot differ. Each rack has an A and a B feed; each feed alone carries the whole rack with its breakers loaded to
80 % (the continuous-load limit of NEC 210.20), from at most two PDUs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wizard.costing.rules_network import NO_PRICE, SwitchKind, leaf_and_spine, most_endpoints

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

RACK_UNITS = 42
RACK_UNITS_KEPT = 6
BREAKER_SHARE = 0.8
FEEDS = 2
PDUS_PER_FEED = 2
SWITCHES_PER_RACK = 2
DEFAULT_PDU_W = 17_250.0
"""A three-phase 415 V / 24 A PDU, the small end of what data centres offer; used where the catalogue names none."""
DEFAULT_SWITCH_W = 1000.0
"""Kept in each rack for each of two switches whose power no source gives."""
_HUGE = np.int64(2**61)


@dataclass(frozen=True, slots=True)
class SiteLimits:
    """What one rack can take: the watts one PDU may carry continuously, and rack units for nodes."""

    pdu_usable_w: float
    units: int = RACK_UNITS - RACK_UNITS_KEPT

    @property
    def feed_w(self) -> float:
        """Watts that one feed, and so one rack, can carry."""
        return self.pdu_usable_w * PDUS_PER_FEED


@dataclass(frozen=True, slots=True)
class ClusterCounts:
    """Counts for each of ``n`` clusters, each of shape ``(n,)``. ``kind`` indexes the switch kinds, -1: no fabric.

    ``ok`` is false where no fabric joins that many ports or one node draws more than a feed gives (``fed`` false).
    """

    kind: Ints
    leaf: Ints
    spine: Ints
    links_short: Ints
    links_long: Ints
    racks: Ints
    nodes_per_rack: Ints
    pdus: Ints
    rack_max_w: Floats
    fed: Bools
    joined: Bools


def count_cluster(
    nodes: Ints, units: Floats, watts: Floats, endpoints: Ints, kinds: tuple[SwitchKind, ...], site: SiteLimits,
) -> ClusterCounts:
    """Count the parts around ``nodes`` nodes of ``units`` rack units and ``watts`` each; all of shape ``(n,)``."""
    kept_w = _kept_watts(kinds, endpoints)
    per_rack, fed = _nodes_per_rack(units, watts, kept_w, site)
    racks = np.where(units > 0, -(-nodes // np.maximum(per_rack, 1)), 0)
    one_rack = racks <= 1
    kind, leaf, spine, up, joined = _best_fabric(endpoints, one_rack, kinds)
    switches = leaf + spine
    racks = np.maximum(racks, np.where(units > 0, -(-switches // SWITCHES_PER_RACK), 0))
    in_fullest = np.minimum(per_rack, nodes)
    switch_w = _switch_watts(kinds, kind)
    rack_w = np.where(units > 0, in_fullest * watts + -(-switches // np.maximum(racks, 1)) * switch_w, 0.0)
    pdus = np.where(units > 0, racks * FEEDS * np.ceil(rack_w / site.pdu_usable_w).astype(np.int64), 0)
    fabric_links = np.where(kind >= 0, endpoints, 0)
    return ClusterCounts(
        kind, leaf, spine, np.where(one_rack, fabric_links, 0), np.where(one_rack, 0, fabric_links) + up, racks,
        in_fullest, pdus, rack_w, fed, joined,
    )


def fabric_cents(kinds: tuple[SwitchKind, ...], counts: ClusterCounts) -> Ints:
    """Return the net price of switches and links with a known price, in hundredths; shape ``(n,)``."""
    total = np.zeros_like(counts.racks)
    for index, kind in enumerate(kinds):
        cents = _cents(kind, counts.leaf + counts.spine, counts.links_short, counts.links_long)
        total = np.where(counts.kind == index, cents, total)
    return total


def link_cents(kind: SwitchKind, *, short: bool) -> int:
    """Return the price of one link with both its ends: a cable with fixed ends, else two optical modules."""
    price = kind.short_cents if short and kind.short is not None else kind.long_cents
    if (kind.short if short and kind.short is not None else kind.long) is None and kind.optics_cents != NO_PRICE:
        return 2 * kind.optics_cents
    return 0 if price == NO_PRICE else price


def _cents(kind: SwitchKind, switches: Ints, short: Ints, long: Ints) -> Ints:
    return (
        switches * max(kind.switch_cents, 0) + short * link_cents(kind, short=True)
        + long * link_cents(kind, short=False)
    )


def _best_fabric(
    endpoints: Ints, one_rack: Bools, kinds: tuple[SwitchKind, ...],
) -> tuple[Ints, Ints, Ints, Ints, Bools]:
    """Choose the cheapest switch kind that joins the endpoints (the first of equal price)."""
    zero = np.zeros_like(endpoints)
    best = np.full_like(endpoints, _HUGE)
    kind, leaf, spine, up = zero - 1, zero, zero, zero
    for index, option in enumerate(kinds):
        radix = option.switch.ports or 0
        a, b, c = leaf_and_spine(endpoints, radix)
        cents = _cents(option, a + b, np.where(one_rack, endpoints, 0), np.where(one_rack, 0, endpoints) + c)
        better = (endpoints > 0) & (endpoints <= most_endpoints(radix)) & (cents < best)
        best = np.where(better, cents, best)
        kind, leaf, spine, up = (np.where(better, new, old) for new, old in zip(
            (zero + index, a, b, c), (kind, leaf, spine, up), strict=True))
    return kind, leaf, spine, up, (endpoints == 0) | (kind >= 0) | (not kinds)


def _nodes_per_rack(units: Floats, watts: Floats, kept_w: Floats, site: SiteLimits) -> tuple[Ints, Bools]:
    by_units = np.where(units > 0, np.floor(site.units / np.maximum(units, 1e-9)), 1)
    by_power = np.where(watts > 0, np.floor((site.feed_w - kept_w) / np.maximum(watts, 1e-9)), by_units)
    fed = (units <= 0) | (by_power >= 1)
    return np.maximum(1, np.minimum(by_units, by_power)).astype(np.int64), fed


def _kept_watts(kinds: tuple[SwitchKind, ...], endpoints: Ints) -> Floats:
    most = max((k.switch.power_w or DEFAULT_SWITCH_W for k in kinds), default=DEFAULT_SWITCH_W)
    return np.where(endpoints > 0, SWITCHES_PER_RACK * most, 0.0)


def _switch_watts(kinds: tuple[SwitchKind, ...], kind: Ints) -> Floats:
    watts = np.array([k.switch.power_w or DEFAULT_SWITCH_W for k in kinds] + [0.0])
    return watts[kind]
