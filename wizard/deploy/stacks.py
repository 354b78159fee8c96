"""Which software really runs on which silicon: engine image, devices, scheduler resource, as pinned version tags.

Tags were read in the projects' own documentation; none was pulled. ``evidence`` says how far each is known:
``documented`` (the tag itself stands in the vendor's documentation), ``pattern`` (the version exists and the tag
follows the documented pattern) or ``floating`` (the project offers no tag that we could read; pin it by digest).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wizard.catalog.records import Accelerator

Platform = Literal["cuda", "jetson", "rocm", "ascend", "gaudi", "intel", "musa", "apple", "other"]
Evidence = Literal["documented", "pattern", "floating", "none"]

GATEWAY_IMAGE = "nginxinc/nginx-unprivileged:1.28.0-alpine"
PROMETHEUS_IMAGE = "prom/prometheus:v3.5.0"
DCGM_IMAGE = "nvcr.io/nvidia/k8s/dcgm-exporter:4.5.3-4.8.2-distroless"
TRAIN_IMAGE = "pytorch/pytorch:2.13.0-cuda13.0-cudnn9-devel"
VLLM_USER = 2000
"""The vLLM image's own user; its group is 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One engine on one platform. ``image`` is ``None`` where it runs natively or no image is known to us."""

    engine: str
    platform: Platform
    image: str | None
    evidence: Evidence
    flags: str
    """Name of the flag table that its command line is checked against; empty where there is none."""
    resource: str
    """Extended resource of Kubernetes' device plugin; empty where none is known to us."""
    uid: int = VLLM_USER

    @property
    def containers(self) -> bool:
        """Whether it is run from an image."""
        return self.image is not None


_FLAGS = {"vllm": "vllm-0.33.0", "sglang": "sglang-0.5.23", "tensorrt-llm": "trtllm-serve", "llama.cpp": "llama-server"}
_RESOURCES: dict[Platform, str] = {
    "cuda": "nvidia.com/gpu", "jetson": "nvidia.com/gpu", "rocm": "amd.com/gpu", "ascend": "huawei.com/Ascend910",
    "gaudi": "habana.ai/gaudi", "intel": "gpu.intel.com/i915", "musa": "mthreads.com/gpu",
}
_IMAGES: dict[tuple[str, Platform], tuple[str, Evidence]] = {
    ("vllm", "cuda"): ("vllm/vllm-openai:v0.33.0", "pattern"),
    ("vllm", "jetson"): ("vllm/vllm-openai:v0.33.0", "pattern"),
    ("vllm", "rocm"): ("vllm/vllm-openai-rocm:v0.33.0", "pattern"),
    ("vllm", "ascend"): ("quay.io/ascend/vllm-ascend:v0.23.0", "documented"),
    ("vllm", "gaudi"): (
        "vault.habana.ai/gaudi-docker/1.23.0/ubuntu22.04/habanalabs/vllm-installer-2.9.0:latest", "documented",
    ),
    ("sglang", "cuda"): ("lmsysorg/sglang:v0.5.23", "pattern"),
    ("sglang", "rocm"): ("lmsysorg/sglang:v0.5.15.post1-rocm720-mi30x", "pattern"),
    ("tensorrt-llm", "cuda"): ("nvcr.io/nvidia/tensorrt-llm/release:1.3.0rc22", "documented"),
    ("llama.cpp", "cuda"): ("ghcr.io/ggml-org/llama.cpp:server-cuda", "floating"),
    ("llama.cpp", "rocm"): ("ghcr.io/ggml-org/llama.cpp:server-rocm", "floating"),
    ("llama.cpp", "intel"): ("ghcr.io/ggml-org/llama.cpp:server-intel", "floating"),
    ("llama.cpp", "musa"): ("ghcr.io/ggml-org/llama.cpp:server-musa", "floating"),
}
_NO_IMAGE: tuple[None, Evidence] = (None, "none")
_ASCEND_SUFFIX = (("310p", "-310p"), ("910c", "-a3"), ("950", "-950dt"))


def platform_of(accelerator: Accelerator | None) -> Platform:
    """Return the software platform of an accelerator; ``other`` where we know no engine build for it."""
    if accelerator is None:
        return "other"
    software = accelerator.software.lower()
    known: tuple[tuple[str, Platform], ...] = (
        ("jetpack", "jetson"), ("cuda", "cuda"), ("metal", "apple"), ("dtk", "other"), ("rocm", "rocm"),
        ("cann", "ascend"), ("synapse", "gaudi"), ("oneapi", "intel"), ("musa", "musa"),
    )
    return next((platform for word, platform in known if word in software), "other")


def stack_of(engine: str, accelerator: Accelerator | None) -> Stack:
    """Choose the image, scheduler resource and flag table of ``engine`` on ``accelerator``."""
    platform = platform_of(accelerator)
    known = _IMAGES.get((engine, platform))
    image, evidence = known or _NO_IMAGE
    resource = _RESOURCES.get(platform, "")
    if image and accelerator:
        image = _tag_for(image, engine, platform, accelerator)
        if platform == "ascend" and "310p" in accelerator.id:
            resource = "huawei.com/Ascend310P"
    return Stack(
        engine=engine, platform=platform, image=image, evidence=evidence, flags=_FLAGS.get(engine, ""),
        resource=resource,
    )


def _tag_for(image: str, engine: str, platform: Platform, accelerator: Accelerator) -> str:
    if platform == "ascend":
        return image + next((suffix for word, suffix in _ASCEND_SUFFIX if word in accelerator.id), "")
    if (engine, platform) == ("sglang", "rocm") and accelerator.arch_code == "gfx950":
        return image.replace("mi30x", "mi35x")
    return image
