"""Cases of serving for tests: one line each, from the shipped catalogue."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from wizard.catalog.catalog import Catalog
from wizard.sizing.calibration import Calibration, shipped
from wizard.sizing.cases import Band, ServingColumns
from wizard.sizing.device_columns import DeviceColumns
from wizard.sizing.formats import FORMATS
from wizard.sizing.model_columns import ModelColumns
from wizard.sizing.serving import serve
from wizard.sizing.traffic import RUNTIMES, ServingInputs

LLAMA_8B = "meta-llama/Llama-3.1-8B-Instruct"
LLAMA_70B = "meta-llama/Llama-3.1-70B-Instruct"
DEEPSEEK = "deepseek-ai/DeepSeek-V3"
H100, H200 = "h100_sxm_80", "h200_sxm_141"
BANDS = ("ttft_ms", "tpot_ms", "e2e_ms", "output_tok_s", "total_tok_s", "requests_s", "max_concurrency")
TIMES = ("ttft_ms", "tpot_ms", "e2e_ms")


@cache
def catalog() -> Catalog:
    return Catalog()


def calibration() -> Calibration:
    return shipped()


def case(
    model: str = LLAMA_8B, device: str = H100, *, weights: str = "bf16", kv: int = 0, engine: str = "vllm",
    prompt: Any = 2000.0, output: Any = 500.0, users: Any = 16.0, **layout: Any,
) -> ServingInputs:
    """Numbers or arrays; arrays make as many cases."""
    columns = {name: np.atleast_1d(np.asarray(value, dtype=float)) for name, value in layout.items()}
    return ServingInputs(
        model=ModelColumns.of(catalog().models[model]), device=DeviceColumns.of(catalog().accelerators[device]),
        weight_format=np.array([FORMATS.index(weights)]), kv_format=np.array([kv]),
        engine=np.array([RUNTIMES.index(engine)]), prompt_tokens=np.atleast_1d(np.asarray(prompt, dtype=float)),
        output_tokens=np.atleast_1d(np.asarray(output, dtype=float)),
        concurrency=np.atleast_1d(np.asarray(users, dtype=float)), **columns,
    )


def answer(x: ServingInputs) -> ServingColumns:
    return serve(x, calibration())


def band(columns: ServingColumns, name: str) -> Band:
    found = getattr(columns, name)
    assert isinstance(found, Band)
    return found
