"""Boot and data drives of one node.

Own rule: three versions of the weights (running, next, last good), the data set with 20 % to spare, three training
checkpoints of 7 x the bf16 weights (fp32 master weights and two moments beside them), 0.2 TB for images and logs.
Where storage servers hold data set and checkpoints (:mod:`wizard.costing.shared_storage`) a node keeps the weights.
One drive more than that where a run's data lie on them, so that one may fail (mirror of two, parity of more).
A server boots from a mirrored pair, a workstation boots from its data drive. Loading the weights cannot be faster than
the drives' PCIe links.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from wizard.catalog.records import Component, System
from wizard.costing.demand import Profile
from wizard.costing.items import Item, item_of
from wizard.costing.refusal import CannotBuild
from wizard.costing.shelf import Shelf
from wizard.units import TB

WEIGHT_VERSIONS = 3
DATASET_FACTOR = 1.2
CHECKPOINTS = 3
CHECKPOINT_FACTOR = 7
IMAGES_TB = 0.2
BOOT_TB = 0.45
WORKSTATION_BOOT_TB = 0.5
PCIE_X4_GB_S = {3.0: 3.94, 4.0: 7.88, 5.0: 15.75, 6.0: 30.25}
"""Usable ceiling of four lanes by generation, after line coding (PCI-SIG)."""
_UNPRICED = 10**15


def storage_needed_tb(profile: Profile, *, server: bool = True) -> float:
    """Return the data capacity of a node in TB (10**12 bytes). Workstations share no storage servers."""
    weights = WEIGHT_VERSIONS * profile.weights_bytes / TB + IMAGES_TB
    return weights if server and profile.shared else weights + data_needed_tb(profile)


def data_needed_tb(profile: Profile) -> float:
    """Return the capacity for data set and checkpoints in TB, which shared storage holds where there is one."""
    checkpoints = CHECKPOINTS * CHECKPOINT_FACTOR * profile.weights_bytes / TB if profile.training else 0.0
    return DATASET_FACTOR * profile.dataset_tb + checkpoints


def storage_steps_tb(shelf: Shelf) -> NDArray[np.float64]:
    """Return, ascending, the needs in TB between which every machine has the same drives: all that drives add up to.

    :func:`choose_storage` chooses alike for needs that are above the same step and not above the next.
    """
    return shelf.once(("storage steps",), lambda: _steps(shelf))


def _steps(shelf: Shelf) -> NDArray[np.float64]:
    most = max((system.drive_bays or 4 for system in shelf.catalog.systems.values()), default=4)
    sizes = {p.capacity_tb for p in shelf.parts("storage") if is_flash(p) and p.capacity_tb}
    return np.unique([size * count for size in sizes for count in range(1, most + 1)])


def choose_storage(shelf: Shelf, system: System, profile: Profile, server: bool) -> list[Item]:
    """Choose drives; none where the machine's price holds them.

    Raises:
        CannotBuild: the bays cannot hold the data.
    """
    if "storage" in system.includes:
        return []
    need = storage_needed_tb(profile, server=server)
    if not server:
        return [_data(shelf, system, profile, need + WORKSTATION_BOOT_TB, bays=2, reason="storage_one")]
    boot = shelf.once(("boot",), lambda: _boot(shelf))
    # Weights are copies of what was published; data and checkpoints of a run are not.
    reason = "storage_raid" if profile.training and not profile.shared else "storage_data"
    return [boot, _data(shelf, system, profile, need, bays=system.drive_bays or 4, reason=reason)]


def _boot(shelf: Shelf) -> Item:
    small = [p for p in shelf.parts("storage") if is_flash(p) and p.form == "M.2" and (p.capacity_tb or 0) >= BOOT_TB]
    if not small:
        return Item("storage", "boot_drives", "", "NVMe M.2 480 GB", 2, None, reason="storage_boot")
    return item_of(min(small, key=lambda p: (_cost(shelf, p), p.id)), 2, "storage_boot")


def _data(shelf: Shelf, system: System, profile: Profile, need_tb: float, *, bays: int, reason: str) -> Item:
    fitting = shelf.once(("drives", system.drive_form), lambda: _drives(shelf, system))
    if not fitting:
        return Item("storage", f"{system.id}/storage", "", f"NVMe {need_tb:.1f} TB", 1, None,
                    reason="storage_unknown", fields=(("need_tb", need_tb),))
    spare = 1 if reason == "storage_raid" else 0
    counted = [(p, math.ceil(need_tb / (p.capacity_tb or 1)) + spare) for p in fitting]
    held = [(p, n) for p, n in counted if n <= bays]
    if not held:
        have = max(p.capacity_tb or 0 for p in fitting) * bays
        raise CannotBuild("drives", system.name, need=math.ceil(need_tb), have=have)
    part, count = min(held, key=lambda c: (_cost(shelf, c[0]) * c[1], c[1], c[0].id))
    load_s = profile.weights_bytes / (count * PCIE_X4_GB_S.get(part.pcie_gen or 0, 0.55) * 1e9)
    have = (count - spare) * (part.capacity_tb or 0)
    return item_of(part, count, reason, need_tb=need_tb, have_tb=have, load_s=load_s, drives=count)


def _drives(shelf: Shelf, system: System) -> list[Component]:
    forms = drive_forms(system)
    fitting = [p for p in shelf.parts("storage") if is_flash(p) and p.capacity_tb and p.form in forms]
    return [p for p in fitting if p.pcie_gen] or fitting


def drive_forms(system: System) -> tuple[str, ...]:
    """Return the forms of drives that the machine's bays take."""
    return tuple(f.strip() for f in system.drive_form.replace("/", ",").split(",")) if system.drive_form else ("M.2",)


def is_flash(part: Component) -> bool:
    """Tell whether a drive has no moving parts."""
    return "HDD" not in part.name.upper() and "HDD" not in part.form.upper()


def _cost(shelf: Shelf, part: Component) -> int:
    net = shelf.component_net(part)
    return _UNPRICED if net is None else net
