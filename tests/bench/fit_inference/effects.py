"""What each constant may depend on, and how far it may stray: the prior of the fit.

A constant starts at ``BASE`` and gets effects by level of one or two factors. The number is the standard deviation
that an effect is believed to have, in logarithms; large effects are shrunk less than a Gaussian would (Huber), since
a few combinations of software and hardware are truly different.
"""

from __future__ import annotations

from math import log

Effects = dict[str, list[tuple[tuple[str, ...], str, float]]]

BASE = {
    "bandwidth": log(0.71), "compute": log(0.32), "kv_bandwidth": log(0.85), "kv_rereading": 0.1,
    "attention_compute": log(0.35), "expert_bandwidth": log(0.94),
    "expert_compute": log(0.6), "expert_rows": log(16.0), "layer_s": log(24e-6), "moe_layer_s": log(14e-6),
    "linear_layer_s": log(14e-6), "mla_layer_s": log(50e-6), "step_s": log(1.3e-3), "sequence_s": log(15e-6),
    "allreduce_s": log(15e-6), "allreduce_growth": log(0.29), "link": log(0.5), "imbalance": log(0.06),
    "prefill_step_s": log(4.6e-3), "prefill_layer_s": log(16e-6), "prefill_moe_layer_s": log(0.2e-3),
    "interference": log(0.92), "interference_output": 0.16, "interference_prompt": -0.05, "ttft_fixed_s": log(0.02),
    "burst": log(0.1), "queue": 0.0, "company": log(0.3), "step_wait": 0.0, "kv_reserved": log(0.65), "saturated": 0.0,
    "static": 0.0,
}
"""Where each constant starts: kernel measurements and the roofline model's usual losses."""

BASE_SPREAD = {
    "bandwidth": 0.15, "compute": 0.3, "expert_bandwidth": 0.2, "kv_bandwidth": 0.2, "kv_rereading": 0.2, "burst": 0.3,
    "interference": 0.5, "interference_output": 0.15, "interference_prompt": 0.15, "kv_reserved": 0.3,
    "saturated": 0.3, "static": 0.1, "allreduce_growth": 0.3, "link": 0.3, "ttft_fixed_s": 1.0,
}
"""How far the base itself may move (0.4 where not listed)."""

_ENGINE, _FAMILY, _FORMAT, _HARNESS, _CLASS = ("engine",), ("family",), ("format",), ("harness",), ("class",)
_MAKER = ("maker",)

EFFECTS: Effects = {
    "bandwidth": [
        (_ENGINE, "", 0.2), (_FAMILY, "", 0.2), (("engine", "family"), "", 0.12), (("family", "format"), "", 0.1),
        (("engine", "format"), "", 0.1), ((), "year", 0.05), (("class",), "year", 0.03), (("device",), "", 0.1),
        (("backend",), "", 0.12), (("family", "backend"), "", 0.06), (_CLASS, "", 0.25),
        (("engine", "class"), "", 0.12),
    ],
    "compute": [
        (_ENGINE, "", 0.35), (_FAMILY, "", 0.35), (("engine", "family"), "", 0.2), (("family", "format"), "", 0.2),
        (("engine", "format"), "", 0.15), ((), "year", 0.1), (("class",), "year", 0.06), (_ENGINE, "year", 0.16),
        (("device",), "", 0.4), (("engine", "device"), "", 0.2), (("backend",), "", 0.6),
        (("family", "backend"), "", 0.3), (_CLASS, "", 0.5), (("engine", "class"), "", 0.25), (_MAKER, "", 0.8),
        (("engine", "maker"), "", 0.3), (("backend", "format"), "", 0.6),
    ],
    "kv_bandwidth": [
        (_ENGINE, "", 0.15), (_FAMILY, "", 0.15), (("kv",), "", 0.2), (_CLASS, "", 0.6), (("engine", "class"), "", 0.6),
        (_MAKER, "", 0.4),
    ],
    "kv_rereading": [
        (_ENGINE, "", 0.2), (_CLASS, "", 0.3), (("engine", "class"), "", 0.6), ((), "year", 0.2), (_CLASS, "year", 0.4),
        (("engine", "family"), "", 0.4),
    ],
    "attention_compute": [
        (_ENGINE, "", 0.2), (_FAMILY, "", 0.2), (("backend",), "", 0.3), (("family", "backend"), "", 0.15),
        (_CLASS, "", 0.3), (_MAKER, "", 0.6), (("engine", "family"), "", 0.3),
    ],
    "expert_bandwidth": [(_ENGINE, "", 0.15), (_FORMAT, "", 0.15), (_FAMILY, "", 0.1), (("family", "format"), "", 0.2)],
    "expert_compute": [
        (_ENGINE, "", 0.2), (_FORMAT, "", 0.2), (_FAMILY, "", 0.15), (("family", "format"), "", 0.6),
        (("backend",), "", 0.6),
    ],
    "expert_rows": [(_ENGINE, "", 0.9)],
    "layer_s": [
        (_ENGINE, "", 0.25), (_FAMILY, "", 0.25), ((), "year", 0.4), (_ENGINE, "year", 0.15), (_CLASS, "", 0.35),
        (("engine", "class"), "", 0.3),
    ],
    "moe_layer_s": [(_ENGINE, "", 0.3), (_FAMILY, "", 0.4), (_FORMAT, "", 0.3), (("family", "format"), "", 0.3)],
    "mla_layer_s": [(_ENGINE, "", 0.2)],
    "step_s": [
        (_ENGINE, "", 0.8), (_FAMILY, "", 0.25), ((), "year", 0.6), (("backend",), "", 0.3), (_CLASS, "", 0.35),
        (("engine", "class"), "", 0.4),
    ],
    "sequence_s": [(_ENGINE, "", 0.4), ((), "year", 0.2), (_ENGINE, "year", 0.15)],
    "allreduce_s": [(("link",), "", 0.4), (_ENGINE, "", 0.3), ((), "year", 0.6)],
    "link": [(("link",), "", 0.2)],
    "prefill_step_s": [(_ENGINE, "", 0.5), (_FAMILY, "", 0.3), (_CLASS, "", 0.3), (("engine", "class"), "", 0.5)],
    "prefill_layer_s": [(_ENGINE, "", 0.3), (_FAMILY, "", 0.3)],
    "prefill_moe_layer_s": [
        (_ENGINE, "", 0.6), (_FAMILY, "", 0.5), (_FORMAT, "", 0.6), ((), "year", 0.5), (_ENGINE, "year", 1.0),
    ],
    "interference": [(_ENGINE, "", 0.12), (_HARNESS, "", 0.12), (("engine", "harness"), "", 0.12)],
    "interference_output": [(_ENGINE, "", 0.05)],
    "interference_prompt": [(_ENGINE, "", 0.05)],
    "ttft_fixed_s": [
        (_ENGINE, "", 1.0), (_HARNESS, "", 1.6), ((), "year", 0.6), (_ENGINE, "year", 1.2),
        (("engine", "harness"), "", 0.6),
    ],
    "burst": [(_ENGINE, "", 0.35), (_HARNESS, "", 0.8), (("engine", "harness"), "", 0.35)],
    "queue": [(_ENGINE, "", 0.35)],
    "company": [(_ENGINE, "", 0.5), (_HARNESS, "", 1.0), (("engine", "harness"), "", 0.5)],
    "step_wait": [(_ENGINE, "", 0.2), (_HARNESS, "", 0.2)],
    "kv_reserved": [(_ENGINE, "", 0.15)],
    "saturated": [(_HARNESS, "", 0.4), (_ENGINE, "", 0.3)],
    "static": [(_ENGINE, "", 0.1)],
}
"""For each constant: the factors of an effect, the covariate that multiplies it (or none), its spread."""

WELL_COVERED = frozenset({"hopper", "blackwell-dc", "vllm", "sglang", "tensorrt-llm"})
"""Levels that thousands of rows of few groups cover: their effects are believed to be small."""

SHRINK, SHRINK_OF_TIME, WIDEN = 0.4, 0.5, 2.0
"""Factors on every effect's spread, on that of time alone, and more for levels that are not well covered."""

DATACENTRE = frozenset({"ampere-dc", "hopper", "blackwell-dc"})

_EARLY = frozenset({"early-rocm"})

_ANY: frozenset[str] = frozenset()

Special = tuple[str, tuple[str, ...], str, frozenset[str], float]

EXCEPTIONS: tuple[Special, ...] = (
    ("compute", ("device",), "", DATACENTRE, 0.025), ("compute", ("engine", "device"), "", DATACENTRE, 0.017),
    ("bandwidth", ("device",), "", DATACENTRE, 0.025),
    ("compute", ("backend",), "", _EARLY, 0.8), ("bandwidth", ("backend",), "", _EARLY, 0.25),
    ("expert_compute", ("family", "format"), "", _ANY, 0.34),
)
"""Spreads that hold as they are: constant, factors, covariate, levels (a device: its family; none: all), spread.

Datacentre chips of one family run the same kernels, and their peaks say how they differ: what one of them has beyond
that belongs to its family, or the next chip would not get it. What AMD's libraries did untuned before 2025 is a level
of its own (:func:`wizard.sizing.inference_terms.backend_of`), so that it is not believed of 16 bits for ever.
"""
