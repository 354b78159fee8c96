"""Storage servers that all nodes of a cluster reach: how many, and with which drives.

Own rule: weights, data set with 20 % to spare and three checkpoints (as for a node's own drives), erasure-coded over at
least three servers so that one may fail, filled to 80 % at most. Bandwidth is that of the servers' ports at 80 % of
their rate (TCP and file system), each server with two: a checkpoint is written within five minutes, and where a time
to load is asked for every node reads its weights within it. At least four drives a server keep up with its ports.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wizard.catalog.records import Component
from wizard.costing.demand import Profile
from wizard.costing.items import Item, item_of
from wizard.costing.rules_storage import CHECKPOINT_FACTOR, WEIGHT_VERSIONS, data_needed_tb
from wizard.costing.shelf import Shelf
from wizard.units import TB

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_SERVERS = 3
LEAST_DRIVES = 4
FILLED = 0.8
PORT_SHARE = 0.8
CHECKPOINT_S = 300.0
SPARE_SHARE = 0.02
MOST_SERVERS = 4096
_UNPRICED = 10**12


@dataclass(frozen=True, slots=True)
class StorageKind:
    """A storage server and the drives that fit it, with net prices in hundredths; ``gb_s`` is what its ports carry."""

    server: Component
    cents: int
    drives: tuple[Component, ...]
    drive_cents: tuple[int, ...]

    @property
    def bays(self) -> int:
        """Places for data drives."""
        return self.server.modules or 1

    @property
    def gb_s(self) -> float:
        """Usable GB/s of one server."""
        return (self.server.ports or 1) * (self.server.port_gbps or 0.0) / 8 * PORT_SHARE


@dataclass(frozen=True, slots=True)
class StorageCounts:
    """Storage servers of ``n`` clusters, each of shape ``(n,)``; ``drives`` are those of one server, ``spares`` lie on
    the shelf, ``drive`` indexes the kind's drives, ``watts`` is one server with its drives."""

    servers: Ints
    drives: Ints
    drive: Ints
    spares: Ints
    cents: Ints
    watts: Floats


def capacity_needed_tb(profile: Profile) -> float:
    """Return the usable capacity of the shared storage in TB."""
    return WEIGHT_VERSIONS * profile.weights_bytes / TB + data_needed_tb(profile)


def bandwidth_needed_gb_s(profile: Profile, nodes: Floats) -> Floats:
    """Return what the shared storage must carry in GB/s, shape ``(n,)``."""
    write = CHECKPOINT_FACTOR * profile.weights_bytes / 1e9 / CHECKPOINT_S if profile.training else 0.0
    read = nodes * profile.weights_bytes / 1e9 / profile.load_s if profile.load_s > 0 else np.zeros_like(nodes)
    return np.maximum(read, write)


def storage_kind(shelf: Shelf) -> StorageKind | None:
    """Return the cheapest storage server with the drives that fit it; ``None`` where the catalogue has none."""
    servers = [p for p in shelf.parts("storage_server") if p.modules and p.ports and p.port_gbps]
    if not servers:
        return None
    server = min(servers, key=lambda p: (_cost(shelf, p), p.id))
    drives = sorted((p for p in shelf.parts("storage") if p.form == server.form and p.capacity_tb), key=lambda p: p.id)
    if not drives:
        return None
    priced = [p for p in drives if shelf.component_net(p) is not None] or drives
    return StorageKind(server, shelf.component_net(server) or 0, tuple(priced),
                       tuple(shelf.component_net(p) or 0 for p in priced))


def _cost(shelf: Shelf, part: Component) -> int:
    net = shelf.component_net(part)
    return _UNPRICED if net is None else net


def count_storage(kind: StorageKind | None, profile: Profile, nodes: Ints, wanted: NDArray[np.bool_]) -> StorageCounts:
    """Count the storage of clusters of ``nodes`` nodes, shape ``(n,)``; none where it is not ``wanted``."""
    zero = np.zeros_like(nodes)
    if kind is None or not profile.shared or not wanted.any():
        return StorageCounts(zero, zero, zero, zero, zero, zero.astype(np.float64))
    need = capacity_needed_tb(profile)
    largest = max(drive.capacity_tb or 0.0 for drive in kind.drives)
    by_capacity = 1 + np.ceil(need / (kind.bays * largest * FILLED))
    by_ports = np.ceil(np.round(bandwidth_needed_gb_s(profile, nodes.astype(np.float64)) / kind.gb_s, 9))
    servers = np.clip(np.maximum(by_capacity, by_ports), LEAST_SERVERS, MOST_SERVERS).astype(np.int64)
    raw = need / FILLED / (servers - 1)
    best, drive, each = np.full(nodes.shape, np.iinfo(np.int64).max), zero, zero
    for index, (part, cents) in enumerate(zip(kind.drives, kind.drive_cents, strict=True)):
        count = np.maximum(np.ceil(np.round(raw / (part.capacity_tb or 1.0), 9)), LEAST_DRIVES).astype(np.int64)
        better = (count <= kind.bays) & (count * cents < best)
        best, drive = np.where(better, count * cents, best), np.where(better, index, drive)
        each = np.where(better, count, each)
    servers, each = np.where(wanted, servers, 0), np.where(wanted, each, 0)
    spares = np.ceil(servers * each * SPARE_SHARE).astype(np.int64)
    drive_cents = np.array(kind.drive_cents, np.int64)[drive]
    drive_w = np.array([part.power_w or 0.0 for part in kind.drives])[drive]
    return StorageCounts(
        servers, each, drive, spares, servers * kind.cents + (servers * each + spares) * drive_cents,
        np.where(wanted, (kind.server.power_w or 0.0) + each * drive_w, 0.0),
    )


def storage_items(kind: StorageKind | None, counts: StorageCounts, profile: Profile, nodes: int) -> list[Item]:
    """Return the storage servers with drives and spares of one cluster; a line without a price where none is known."""
    servers, each, spares = int(counts.servers[0]), int(counts.drives[0]), int(counts.spares[0])
    if kind is None or not servers:
        return []
    drive = kind.drives[int(counts.drive[0])]
    need = capacity_needed_tb(profile)
    carried = servers * kind.gb_s
    load = nodes * profile.weights_bytes / 1e9 / carried
    fields = {"need_tb": need, "have_tb": (servers - 1) * each * (drive.capacity_tb or 0.0) * FILLED, "gb_s": carried,
              "load_s": load}
    return [
        item_of(kind.server, servers, "storage_shared", category="storage", **fields),
        item_of(drive, servers * each, "storage_shared_drives", each=each, servers=servers),
        item_of(drive, spares, "spare_drives", drives=servers * each),
    ]
