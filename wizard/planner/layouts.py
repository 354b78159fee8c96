"""How a replica may be laid over devices: split by tensors, stages, attention copies and experts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wizard.catalog.records import Accelerator, Model
from wizard.sizing.device_columns import DeviceColumns
from wizard.sizing.legal import broken_rules
from wizard.sizing.model_columns import ModelColumns
from wizard.sizing.traffic import ServingInputs

MOST_NODES = 4
"""Nodes that one replica may span."""

SMALLEST_FOR_COPIES = 4
"""Attention copies (attention data parallelism) are worth their memory from this many devices on."""


@dataclass(frozen=True, slots=True, order=True)
class Layout:
    """Devices of a replica: ``tp x pp x dp``; experts on ``ep`` ranks."""

    tp: int
    pp: int = 1
    dp: int = 1
    ep: int = 1


def layouts(model: Model, accelerator: Accelerator, node: int, count: int | None = None) -> tuple[Layout, ...]:
    """Return the legal layouts on machines of ``node`` devices, small first.

    Args:
        count: a stated number of devices, whose divisors are tried beside the powers of two.
    """
    tried = sorted(_inside(model, accelerator, node, count) | _across(node))
    rules = broken_rules(_inputs(model, accelerator, tried), np.array([float(node)]))
    broken = np.broadcast_to(rules, (len(tried),))
    return tuple(layout for layout, breaks in zip(tried, broken, strict=True) if not breaks)


def _inside(model: Model, accelerator: Accelerator, node: int, count: int | None) -> set[Layout]:
    sizes = {2**k for k in range(10) if 2**k <= node}
    if count is not None:
        sizes |= {n for n in range(1, min(count, node) + 1) if count % n == 0}
    found = set()
    for n in sizes:
        found.add(Layout(tp=n))
        if n > accelerator.scaleup_domain:
            # Cards without a fast link between them: stages exchange far less than tensor slices.
            found |= {Layout(tp=n // stages, pp=stages) for stages in (2, n) if n % stages == 0}
        if model.is_moe and n > 1:
            found.add(Layout(tp=n, ep=n))
        if model.is_moe and model.kv_lora_rank and n >= SMALLEST_FOR_COPIES:
            found.add(Layout(tp=1, dp=n, ep=n))
    return found


def _across(node: int) -> set[Layout]:
    """Whole nodes in a row as pipeline stages; only large nodes, for small ones have no fabric to speak of."""
    return {Layout(tp=node, pp=n) for n in range(2, MOST_NODES + 1)} if node >= 8 else set()


def _inputs(model: Model, accelerator: Accelerator, tried: list[Layout]) -> ServingInputs:
    one = np.ones(1)
    code = np.zeros(1, dtype=np.int64)

    def column(name: str) -> np.ndarray:
        return np.array([float(getattr(layout, name)) for layout in tried])

    return ServingInputs(
        model=ModelColumns.of(model), device=DeviceColumns.of(accelerator), weight_format=code, kv_format=code,
        engine=code, prompt_tokens=one, output_tokens=one, concurrency=one, tp=column("tp"), pp=column("pp"),
        dp=column("dp"), ep=column("ep"),
    )
