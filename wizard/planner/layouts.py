"""How a replica may be laid over devices: split by tensors, stages, attention copies and experts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from wizard.catalog.records import Accelerator, Model
from wizard.sizing.device_columns import DeviceColumns
from wizard.sizing.legal import broken_rules, shares_tokens
from wizard.sizing.model_columns import ModelColumns
from wizard.sizing.traffic import ServingInputs

MOST_NODES = 4
"""Nodes that one replica may span."""

MOST_STAGES = 8
"""Pipeline stages inside one machine."""

SMALLEST_FOR_COPIES = 4
"""Attention copies (attention data parallelism) are worth their memory from this many devices on."""


class Layout(NamedTuple):
    """Devices of a replica: ``tp x pp x dp``; experts on ``ep`` ranks."""

    tp: int
    pp: int = 1
    dp: int = 1
    ep: int = 1
    dcp: int = 1
    """Devices of ``tp`` that share the tokens of a sequence."""


def layouts(model: Model, accelerator: Accelerator, node: int, count: int | None = None) -> tuple[Layout, ...]:
    """Return the legal layouts on machines of ``node`` devices, small first.

    Args:
        count: a stated number of devices, whose divisors are tried beside the powers of two.
    """
    tried = sorted(_inside(model, node, count) | _across(node))
    rules = broken_rules(_inputs(model, accelerator, tried), np.array([float(node)]))
    broken = np.broadcast_to(rules, (len(tried),)).tolist()
    legal = [layout for layout, breaks in zip(tried, broken, strict=True) if not breaks]
    if shares_tokens(accelerator, model):
        legal += [_shared(layout, model) for layout in legal if layout.tp > _kv_heads(model)]
    return tuple(legal)


def _kv_heads(model: Model) -> int:
    """Heads that a cache can be split by: one with latent attention."""
    return 1 if model.kv_lora_rank else model.kv_heads or 1


def _shared(layout: Layout, model: Model) -> Layout:
    """Return the layout in which no device keeps what another one keeps too."""
    return layout._replace(dcp=layout.tp // _kv_heads(model))


def _inside(model: Model, node: int, count: int | None) -> set[Layout]:
    """Every split of a machine's devices: tensors by powers of two (or divisors of ``count``), stages, experts.

    Other stages than powers of two are tried where they share the layers evenly, so that none waits for a longer one.
    """
    widths = {2**k for k in range(10) if 2**k <= node}
    if count is not None:
        widths |= {n for n in range(1, min(count, node) + 1) if count % n == 0}
    stages = [pp for pp in range(1, MOST_STAGES + 1) if pp in {1, 2, 4, 8} or not (model.layers or 1) % pp]
    found = {Layout(tp=tp, pp=pp) for tp in widths for pp in stages if tp * pp <= node}
    if model.is_moe:
        found |= {layout._replace(ep=layout.tp) for layout in found}
    if model.is_moe and model.kv_lora_rank:
        found |= {
            Layout(tp=n // copies, dp=copies, ep=n)
            for n in widths if n >= SMALLEST_FOR_COPIES for copies in widths if copies > 1 and n % copies == 0
        }
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
