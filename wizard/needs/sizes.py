"""What stands in for a model that is not decided yet."""

from __future__ import annotations

from collections.abc import Mapping

TYPICAL: Mapping[str, str] = {
    "lite": "Qwen/Qwen2.5-0.5B-Instruct",
    "pro": "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
    "enterprise": "deepseek-ai/DeepSeek-V3",
}
"""A widely used open model of each class of the field guides (100-500M, 1-10B, 100B and more)."""
