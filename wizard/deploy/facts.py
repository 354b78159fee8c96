"""What the writers need to know of a plan, derived once: a :class:`Deployment` is one option made runnable.

Every number is the plan's own or follows from it by the formula beside it; nothing is chosen per target.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Accelerator, Model
from wizard.deploy.stacks import Stack, stack_of
from wizard.deploy.text import file_name, slug
from wizard.planner.plan import Estimate, Option, Plan
from wizard.units import GB, GIB

HEADROOM = 1.25
"""Sequences above the plan's batch that the scheduler may admit before requests queue."""
DISK_BYTES_S = 500 * 10**6
"""Pessimistic rate at which weights come from shared storage: a start-up probe must not kill a slow start."""
COMPILE_SECONDS = 300
"""Time for graph capture and kernel compilation after the weights are loaded."""
Role = Literal["single", "head", "worker"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One option of a plan with everything a file needs to know. Memory in GiB, counts are whole numbers."""

    plan: Plan
    option: Option
    stack: Stack
    accelerator: Accelerator | None
    heads: int | None
    kv_heads: int | None
    experts: int | None
    native_quant: str

    @property
    def training(self) -> bool:
        """Whether this is a training or fine-tuning job rather than a service."""
        return self.plan.needs.use_case in ("training", "fine_tuning")

    @property
    def name(self) -> str:
        """DNS label of the service; never ``vllm``, whose ``VLLM_PORT`` would be overwritten by Kubernetes."""
        return f"llm-{slug(self.plan.model.name, 36)}"

    @property
    def model_name(self) -> str:
        """Name that clients ask for, and name of the folder with the weights."""
        return file_name(self.plan.model.name)

    @property
    def model_path(self) -> str:
        """Where the engine finds the weights inside its container."""
        return f"/models/{self.model_name}"

    @property
    def devices(self) -> int:
        """Accelerators of one replica."""
        return max(1, self.option.parallel.devices)

    @property
    def per_node(self) -> int:
        """Accelerators that the scheduler sees in one machine."""
        dies = self.accelerator.software_devices if self.accelerator else 1
        return max(1, self.option.accelerators_per_node * dies)

    @property
    def nodes_per_replica(self) -> int:
        """Machines that one replica spans."""
        return math.ceil(self.devices / self.per_node)

    @property
    def devices_on_node(self) -> int:
        """Accelerators of one replica in one machine."""
        return math.ceil(self.devices / self.nodes_per_replica)

    @property
    def multi_node(self) -> bool:
        """Whether a replica spans machines."""
        return self.nodes_per_replica > 1

    @property
    def mig(self) -> bool:
        """Whether a replica lives in a slice of an accelerator."""
        return bool(self.option.mig_profile)

    @property
    def replicas(self) -> int:
        """Replicas that run, spares included where their hardware is bought."""
        bought = self.option.accelerators * (self.accelerator.software_devices if self.accelerator else 1)
        with_spares = self.option.replicas + self.option.spare_replicas
        if self.mig or with_spares * self.devices <= bought:
            return max(1, with_spares)
        return max(1, self.option.replicas)

    @property
    def replicas_on_node(self) -> int:
        """Replicas in one machine (1 where a replica spans several)."""
        if self.mig:
            return max(1, math.ceil(self.replicas / max(1, self.option.nodes)))
        return 1 if self.multi_node else max(1, min(self.replicas, self.per_node // self.devices))

    @property
    def max_num_seqs(self) -> int:
        """The plan's batch with head-room, but no more than the plan's own cautious bound on concurrency.

        Both of one replica; the plan's bound is that of all replicas together.
        """
        batch = max(1, self.option.batch)
        wished = math.ceil(batch * HEADROOM)
        bound = self.option.estimates.get("max_concurrency")
        return wished if bound is None else min(wished, max(batch, int(bound.low / max(1, self.option.replicas))))

    @property
    def context(self) -> int:
        """Longest prompt plus answer, in tokens."""
        return self.option.max_context_tokens

    @property
    def kv_tokens(self) -> int:
        """Tokens that the cache of one replica holds."""
        return self.option.kv_tokens // max(1, self.option.replicas)

    @property
    def memory_share(self) -> float:
        """``gpu-memory-utilization``: usable / capacity, rounded down to a hundredth."""
        memory = self.option.memory
        return _hundredths(memory.usable / memory.capacity)

    @property
    def static_share(self) -> float:
        """SGLang's ``mem-fraction-static``: what is left for weights and cache / capacity."""
        memory = self.option.memory
        return _hundredths((memory.usable - memory.activations - memory.overhead) / memory.capacity)

    @property
    def free_share(self) -> float:
        """TensorRT-LLM's ``free_gpu_memory_fraction``: cache / what is free once the weights are loaded."""
        memory = self.option.memory
        pool = memory.usable - memory.weights - memory.activations - memory.overhead
        return _hundredths(pool / (memory.capacity - memory.weights - memory.overhead))

    @property
    def weight_bytes(self) -> int:
        """Bytes of the weights on disk."""
        known = self.plan.model.weight_bytes.get(self.option.weight_precision)
        return known or int(self.option.memory.weights * GIB * self.option.parallel.tp * self.option.parallel.pp)

    @property
    def disk_gb(self) -> int:
        """Room for the weights with a fifth to spare, in GB."""
        return max(10, math.ceil(self.weight_bytes * 1.2 / GB))

    @property
    def startup_seconds(self) -> int:
        """Longest start that is still healthy: weights / disk rate + compilation, at least ten minutes."""
        return max(600, math.ceil(self.weight_bytes / DISK_BYTES_S / 60) * 60 + COMPILE_SECONDS)

    @property
    def shm_gib(self) -> int:
        """Shared memory for NCCL between the processes of a replica."""
        return 16 if self.devices_on_node > 1 else 2

    @property
    def prequantised(self) -> bool:
        """Whether the published checkpoint already has the plan's precision (or is left as it is)."""
        wanted = self.option.weight_precision
        return bool(self.native_quant) and (wanted == "native" or wanted in formats_of(self.native_quant))

    @property
    def needs_checkpoint(self) -> bool:
        """Whether somebody must make or choose a checkpoint in the plan's precision first."""
        wanted = self.option.weight_precision
        if self.prequantised or wanted in ("bf16", "native"):
            return False
        return not (wanted == "fp8" and self.stack.engine in ("vllm", "sglang") and self.stack.platform != "ascend")

    @property
    def quantization(self) -> str | None:
        """Value of ``--quantization``; ``None`` where the checkpoint says it itself."""
        if self.stack.platform == "ascend" and self.option.weight_precision == "int8":
            return "ascend"
        if self.prequantised or self.needs_checkpoint or self.option.weight_precision != "fp8":
            return None
        return "fp8"

    @property
    def half(self) -> str:
        """16-bit type for what is not quantised: FP16 where the silicon has no BF16."""
        return "bfloat16" if self.accelerator is None or self.accelerator.bf16 else "float16"

    @property
    def load(self) -> int:
        """Requests in flight at which the plan made its promise, over all needed replicas."""
        return max(1, self.option.batch) * max(1, self.option.replicas)

    def slow(self, metric: str) -> float | None:
        """Return the slow end of an estimate's band: the highest time, the lowest rate."""
        estimate: Estimate | None = self.option.estimates.get(metric)
        if estimate is None:
            return None
        return estimate.high if metric.endswith("_ms") or metric == "hours" else estimate.low


def deployment(plan: Plan, option: Option | None = None, catalog: Catalog | None = None) -> Deployment | None:
    """Make the chosen option of a plan runnable; ``None`` where the plan has no option at all.

    The plan's own facts of model and silicon win; the catalogue fills in what an older plan does not carry.
    """
    option = option or plan.chosen or next(iter(plan.options), None)
    if option is None:
        return None
    catalog = (catalog or Catalog()).with_overrides(plan.needs.overrides)
    accelerator = catalog.accelerators.get(option.accelerator)
    known = plan.model.heads is not None
    model: Model | None = None if known else catalog.models.get(plan.model.id)
    return Deployment(
        plan=plan, option=option, accelerator=accelerator, stack=stack_of(option.engine, accelerator),
        heads=plan.model.heads if model is None else model.heads,
        kv_heads=plan.model.kv_heads if model is None else model.kv_heads,
        experts=plan.model.experts if model is None else model.experts,
        native_quant=plan.model.native_quant if model is None else model.native_quant,
    )


def formats_of(native_quant: str) -> frozenset[str]:
    """Return the weight formats that a checkpoint's own quantisation amounts to."""
    text = native_quant.lower()
    found = {name for word, name in (("fp8", "fp8"), ("fp4", "fp4"), ("pack-quantized", "int4"), ("int8", "int8"))
             if word in text.replace("mxfp4-pack-quantized", "mxfp4")}
    if not found and any(word in text for word in ("awq", "gptq", "int4", "w4")):
        found.add("int4")
    return frozenset(found)


def _hundredths(share: float) -> float:
    return min(0.98, max(0.05, math.floor(share * 100) / 100))
