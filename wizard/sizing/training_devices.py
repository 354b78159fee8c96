"""Which accelerators can train at all: those whose software stack runs a backward pass."""

from __future__ import annotations

from wizard.catalog.records import Accelerator

_INFERENCE_STACKS = ("hailort", "rknn", "qaic", "onnx runtime", "tt-metalium", "topsrider")
"""Compilers and runtimes that load a finished model; CPUs are listed with ONNX Runtime and llama.cpp."""

_INFERENCE_ONLY = ("inferentia", "ascend_310")
"""Parts whose vendor sells them for inference although their siblings of the same stack train."""


def trains(accelerator: Accelerator) -> bool:
    """Whether a training framework runs on it: PyTorch (CUDA, ROCm, XPU, torch_npu), MLX, MindSpore, Neuron, JAX."""
    stack = accelerator.software.strip().lower()
    if not stack or stack == "vulkan" or accelerator.id.startswith(_INFERENCE_ONLY):
        return False
    return not any(word in stack for word in _INFERENCE_STACKS)
