"""What stands in for a model that is not decided yet."""

from __future__ import annotations

from collections.abc import Mapping

TYPICAL: Mapping[str, str] = {
    "lite": "Qwen/Qwen2.5-0.5B-Instruct",
    "pro": "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
    "advanced": "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B",
    "enterprise": "deepseek-ai/DeepSeek-V3",
}
"""A widely used open model of each class: those of the field guides, and one for the sizes that they leave out."""
FROM_PARAMS: Mapping[str, float] = {"lite": 0.0, "pro": 1e9, "advanced": 1e10, "enterprise": 1e11}
"""Least parameters of each class; it ends where the next begins."""
