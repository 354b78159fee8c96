"""Models and devices that the training tests share; shapes are those of the published architectures."""

from __future__ import annotations

import numpy as np

from wizard.catalog.catalog import Catalog
from wizard.sizing.device_columns import DeviceColumns
from wizard.sizing.training_shape import TrainingShape, build_shape

LLAMA_65B = build_shape(  # LLaMA paper, arXiv:2302.13971, table 2
    params=65.2e9, layers=80, hidden=8192, heads=64, kv_heads=64, head_dim=128, ffn=22016, vocabulary=32000,
)
LLAMA_2_7B = build_shape(
    params=6_738_415_616, layers=32, hidden=4096, heads=32, kv_heads=32, head_dim=128, ffn=11008, vocabulary=32000,
)
LLAMA_2_70B = build_shape(
    params=68_976_648_192, layers=80, hidden=8192, heads=64, kv_heads=8, head_dim=128, ffn=28672, vocabulary=32000,
)
LLAMA_3_8B = build_shape(
    params=8_030_261_248, layers=32, hidden=4096, heads=32, kv_heads=8, head_dim=128, ffn=14336, vocabulary=128256,
)
GPT_22B = build_shape(  # Korthikanti et al., arXiv:2205.05198, table 3
    params=22e9, layers=48, hidden=6144, heads=64, kv_heads=64, head_dim=96, ffn=4 * 6144, vocabulary=51200,
    gated=False, tied=True,
)
MOE = build_shape(
    params=30.5e9, layers=48, hidden=2048, heads=32, kv_heads=4, head_dim=128, ffn=6144, vocabulary=151936,
    experts=128, experts_per_token=8, expert_ffn=768,
)


def device(name: str) -> DeviceColumns:
    """Return a catalogue accelerator as columns of one row."""
    return DeviceColumns.of(Catalog().accelerators[name])


def zero_parameter_shape(params: float) -> TrainingShape:
    """Return a shape whose counts are all in its parameters, for formulas that only use those."""
    return build_shape(
        params=params, layers=32, hidden=4096, heads=32, kv_heads=32, head_dim=128, ffn=16384, vocabulary=50304,
        gated=False, tied=True,
    )


CAPACITY_80 = np.array([80.0 * 2**30])
