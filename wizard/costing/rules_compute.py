"""CPUs and memory of one node.

Own rules, shown beside the rule of thumb of the deployment guides (at least 4 cores per accelerator; 16 and more for
training; host memory 1.2 x the weights for inference, 1.5 x the accelerators' memory for training):

- cores: one busy worker per accelerator, its launch thread, tokenizer and network interrupts: 4 per accelerator, at
  least 8; for training the data loader doubles that, at least 16.
- memory: inference reads the weights through the page cache: 1.2 x weights + 16 GiB, at least 64; training pins
  buffers and gathers checkpoints: 1.5 x the accelerators' memory, at least 64.
- DIMMs come in whole multiples of the channels of all sockets, all alike, so that every channel carries the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wizard.catalog.records import Accelerator, Component, System
from wizard.costing.demand import Profile
from wizard.costing.items import Item, item_of
from wizard.costing.refusal import CannotBuild
from wizard.costing.shelf import Shelf
from wizard.units import GIB

CORES_PER_ACCELERATOR = 4
CORES_PER_ACCELERATOR_TRAINING = 8
MIN_CORES = 8
MIN_CORES_TRAINING = 16
WEIGHTS_FACTOR = 1.2
OS_GIB = 16
TRAINING_MEMORY_FACTOR = 1.5
MIN_MEMORY_GIB = 64
_UNPRICED = 10**15


@dataclass(frozen=True, slots=True)
class Processor:
    """The CPUs of a node: ``item`` is ``None`` where the machine's price holds them."""

    item: Item | None
    part: Component | None
    channels: int
    watts: float | None


def cores_needed(count: int, training: bool) -> int:
    """Return the CPU cores that a node with ``count`` accelerators needs."""
    if training:
        return max(MIN_CORES_TRAINING, CORES_PER_ACCELERATOR_TRAINING * count)
    return max(MIN_CORES, CORES_PER_ACCELERATOR * count)


def memory_needed_gib(accelerator: Accelerator, count: int, profile: Profile) -> float:
    """Return the host memory of a node in GiB."""
    served = served_memory_gib(profile)
    return max(served, TRAINING_MEMORY_FACTOR * count * accelerator.memory_bytes / GIB) if profile.training else served


def served_memory_gib(profile: Profile) -> float:
    """Return the host memory in GiB that serving the weights needs."""
    return max(MIN_MEMORY_GIB, WEIGHTS_FACTOR * profile.weights_bytes / GIB + OS_GIB)


def memory_steps_gib(shelf: Shelf) -> NDArray[np.float64]:
    """Return, ascending, the needs in GiB between which every machine has the same memory: all that modules add up to.

    :func:`choose_memory` chooses alike for needs that are above the same step and not above the next.
    """
    return shelf.once(("memory steps",), lambda: _memory_steps(shelf))


def _memory_steps(shelf: Shelf) -> NDArray[np.float64]:
    filled: set[tuple[int, int]] = set()
    for system in shelf.catalog.systems.values():
        sockets = max(1, system.cpu_sockets)
        fitting = (part.memory_channels for part in shelf.parts("cpu") if _fits(part, system, sockets))
        for channels in (_channels_by_slots(system), *fitting):
            step = (channels or 1) * sockets
            filled.add((step, system.dimm_slots or step))
    found = {
        float(p.size_gb * count)
        for p in shelf.parts("memory") if p.size_gb for step, slots in filled
        for count in range(math.lcm(step, p.modules or 1), slots + 1, math.lcm(step, p.modules or 1))
    }
    return np.array(sorted(found))


def choose_cpu(shelf: Shelf, system: System, count: int, training: bool, each: int = 0) -> Processor:
    """Choose the cheapest CPUs that fit the machine and have the cores, at least ``each``, one in each socket.

    Raises:
        CannotBuild: none of the CPUs that fit has the cores.
    """
    sockets = max(1, system.cpu_sockets)
    need = max(cores_needed(count, training), each * sockets)
    if "cpu" in system.includes:
        return Processor(None, None, _channels_by_slots(system), None)
    fitting = [part for part in shelf.parts("cpu") if _fits(part, system, sockets)]
    if not fitting:
        item = Item("cpu", f"{system.id}/cpu", "", system.cpu or "CPU", sockets, None, reason="cpu_of_machine",
                    fields=(("need_cores", need),))
        return Processor(item, None, _channels_by_slots(system), None)
    enough = [part for part in fitting if (part.cores or 0) * sockets >= need]
    if not enough:
        raise CannotBuild("cpu", system.name, need=need, have=max((p.cores or 0) * sockets for p in fitting))
    part = min(enough, key=lambda p: (_cost(shelf, p), p.cores or 0, p.id))
    item = item_of(
        part, sockets, "cpu_cores", need_cores=need,
        rule_cores=max(CORES_PER_ACCELERATOR * count, MIN_CORES_TRAINING if training else 0),
        have_cores=(part.cores or 0) * sockets,
    )
    return Processor(item, part, part.memory_channels or _channels_by_slots(system), part.power_w)


def rule_of_thumb_gib(profile: Profile) -> float:
    """Return the host memory that the deployment guides give: 1.2 x the model for inference, 1.5 x for training."""
    return (TRAINING_MEMORY_FACTOR if profile.training else WEIGHTS_FACTOR) * profile.weights_bytes / GIB


def choose_memory(
    shelf: Shelf, system: System, cpu: Processor, need_gib: float, rule_gib: float = 0.0,
) -> Item | None:
    """Choose DIMMs: alike, a whole multiple of all channels, within the slots; ``None`` where the machine has its own.

    ``rule_gib`` is a rule of thumb to be shown beside the need.

    Raises:
        CannotBuild: the machine cannot hold that much.
    """
    if "memory" in system.includes or system.dimm_slots == 0:
        return None
    step = cpu.channels * max(1, system.cpu_sockets)
    slots = system.dimm_slots or step
    kind = system.dimm_type or (cpu.part.memory_type if cpu.part else "")
    fitting = shelf.once(("memory", kind, system.dimm_max_gb), lambda: [
        p for p in shelf.parts("memory") if p.size_gb and same_memory(p, kind, system.dimm_max_gb)])
    choices = [choice for p in fitting if (choice := _dimms(p, step, slots, need_gib))]
    if not choices:
        if fitting:
            have = max((p.size_gb or 0) for p in fitting) * slots
            raise CannotBuild("memory", system.name, need=math.ceil(need_gib), have=have)
        return Item("memory", f"{system.id}/memory", "", f"{kind or 'DIMM'} {math.ceil(need_gib)} GB", 1, None,
                    reason="memory_of_machine", fields=(("need_gib", need_gib),))
    part, count = min(choices, key=lambda c: (_cost(shelf, c[0]) * c[1], c[1], c[0].id))
    modules = part.modules or 1
    return item_of(
        part, count, "memory_size", need_gib=need_gib, rule_gib=rule_gib, modules=count * modules, channels=step,
        have_gib=count * modules * (part.size_gb or 0),
    )


def same_memory(part: Component, kind: str, max_gb: int | None) -> bool:
    """Tell whether a module is of the kind the machine takes, and not larger than it takes."""
    wanted = kind.upper().replace("-", " ").split()
    have = part.memory_type.upper().replace("-", " ").split()
    return bool(wanted) and all(word in have for word in wanted) and (max_gb is None or (part.size_gb or 0) <= max_gb)


def _dimms(part: Component, step: int, slots: int, need_gib: float) -> tuple[Component, int] | None:
    """Return a kit and how many of it: the least whole multiple of ``step`` modules that holds ``need_gib``."""
    modules = part.modules or 1
    stride = math.lcm(step, modules)
    size = part.size_gb or 0
    needed = max(1, math.ceil(need_gib / (size * stride))) * stride
    return (part, needed // modules) if needed <= slots else None


def _channels_by_slots(system: System) -> int:
    """Memory channels per socket by its slots: 12 or 24 slots mean 12 channels, 8, 16 and 32 mean 8, up to 4 mean 2."""
    sockets = max(1, system.cpu_sockets)
    per_socket = (system.dimm_slots or 8 * sockets) // sockets
    if per_socket % 12 == 0:
        return 12
    if per_socket % 8 == 0:
        return 8
    return 2 if per_socket <= 4 else per_socket


def _fits(part: Component, system: System, sockets: int) -> bool:
    if part.max_sockets is not None and part.max_sockets < sockets:
        return False
    if system.cpus:
        return part.id in system.cpus
    return bool(system.cpu_socket) and part.socket == system.cpu_socket


def _cost(shelf: Shelf, part: Component) -> int:
    net = shelf.component_net(part)
    return _UNPRICED if net is None else net
