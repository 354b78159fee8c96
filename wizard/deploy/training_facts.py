"""A training option as the trainer runs it: ranks, batches, steps, and what of the plan's layout it can follow.

The shipped trainer follows data, tensor and context parallelism. Pipeline stages need another engine; there the files
shard over all accelerators instead, and a failure rule says that speed and memory then differ from the plan.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from wizard.deploy.facts import Deployment

REQUIREMENTS = ("torch==2.13.0", "transformers==5.23.0", "accelerate==1.15.0", "peft==0.21.2", "deepspeed==0.19.8",
                "datasets>=4", "bitsandbytes>=0.48")
_OPTIMIZERS = {"adamw": "adamw_torch", "adamw_8bit": "adamw_bnb_8bit", "adafactor": "adafactor", "sgd": "sgd"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What the trainer is told. ``data_parallel`` counts ranks that see different data."""

    world: int
    per_node: int
    nodes: int
    tensor: int
    context: int
    data_parallel: int
    zero: int
    micro_batch: int
    accumulation: int
    steps: int | None
    """Optimizer steps; ``None`` where the plan has no number of tokens: then the data is read once."""
    followed: bool
    """Whether the plan's own layout is what runs."""

    @property
    def zero_runs(self) -> bool:
        """Whether ZeRO can run the layout: all ranks are data-parallel, and something is sharded."""
        return self.tensor * self.context == 1 and self.zero > 0

    @property
    def sequences(self) -> int:
        """Sequences of one optimizer step."""
        return self.micro_batch * self.accumulation * self.data_parallel


def run_of(d: Deployment) -> Run:
    """Derive the run; sequences per optimizer step stay the plan's where the layout cannot be followed."""
    p, o, training = d.option.parallel, d.option, d.plan.needs.training
    followed = p.pp == 1
    world = d.devices
    tensor, context = (p.tp, p.cp) if followed else (1, 1)
    ranks = max(1, world // (tensor * context))
    micro = o.micro_batch or 1
    wanted = micro * (o.accumulation_steps or 1) * p.dp
    if o.accumulation_steps is None and training.global_batch_tokens:
        wanted = max(1, training.global_batch_tokens // training.sequence_length)
    accumulation = max(1, round(wanted / (micro * ranks)))
    sequences = micro * accumulation * ranks
    steps = math.ceil(training.tokens / (sequences * training.sequence_length)) if training.tokens else None
    return Run(
        world=world, per_node=min(world, d.per_node), nodes=max(1, math.ceil(world / d.per_node)), tensor=tensor,
        context=context, data_parallel=ranks, zero=_stage(d, ranks, followed=followed), micro_batch=micro,
        accumulation=accumulation, steps=steps, followed=followed,
    )


def _stage(d: Deployment, ranks: int, *, followed: bool) -> int:
    if ranks == 1:
        return 0
    if followed and d.option.zero_stage is not None:
        return d.option.zero_stage
    return 3


def config(d: Deployment, run: Run) -> dict[str, object]:
    """Return train/config.json."""
    training = d.plan.needs.training
    rate = d.option.estimates.get("tokens_s_per_accelerator")
    return {
        "model": f"./models/{d.model_name}", "data": "./data/*.jsonl", "output": "./output",
        "from_scratch": False, "method": training.method, "sequence_length": training.sequence_length,
        "micro_batch": run.micro_batch, "accumulation_steps": run.accumulation, "data_parallel": run.data_parallel,
        "steps": run.steps or -1, "epochs": 1, "learning_rate": 1e-5 if training.method == "full" else 1e-4,
        "warmup_steps": max(10, min(2000, (run.steps or 0) // 50)),
        "save_steps": max(10, min(1000, (run.steps or 5000) // 10)),
        "optimizer": _OPTIMIZERS[training.optimizer], "activation_checkpointing": training.activation_checkpointing,
        "bf16": d.half == "bfloat16", "accelerator": True, "plan_tokens_s_low": rate.low if rate else None,
    }


def peft(d: Deployment) -> dict[str, object]:
    """Return the adapter's configuration: every linear layer but the head, alpha = 2 x rank."""
    rank = d.plan.needs.training.lora_rank
    return {"r": rank, "lora_alpha": 2 * rank, "lora_dropout": 0.05, "bias": "none", "task_type": "CAUSAL_LM",
            "target_modules": "all-linear"}


def zero(run: Run, stage: int, *, bf16: bool) -> dict[str, object]:
    """Return a ZeRO configuration in numbers ("auto" is known to the Hugging Face trainer only)."""
    sharding: dict[str, object] = {"stage": stage, "overlap_comm": True, "contiguous_gradients": True,
                                   "reduce_bucket_size": 500_000_000}
    if stage == 3:
        sharding |= {"stage3_prefetch_bucket_size": 50_000_000, "stage3_param_persistence_threshold": 100_000,
                     "stage3_gather_16bit_weights_on_model_save": True}
    half = {"bf16": {"enabled": True}} if bf16 else {"fp16": {"enabled": True}}
    return {
        "train_batch_size": run.sequences, "train_micro_batch_size_per_gpu": run.micro_batch,
        "gradient_accumulation_steps": run.accumulation, "gradient_clipping": 1.0, **half,
        "zero_optimization": sharding,
    }


def fsdp(run: Run) -> dict[str, object]:
    """Return accelerate's configuration of FSDP2, with tensor and context parallelism where the plan has them."""
    found: dict[str, object] = {
        "compute_environment": "LOCAL_MACHINE", "distributed_type": "FSDP", "mixed_precision": "bf16",
        "num_machines": run.nodes, "num_processes": run.world, "rdzv_backend": "c10d",
        "fsdp_config": {
            "fsdp_version": 2, "fsdp_auto_wrap_policy": "TRANSFORMER_BASED_WRAP",
            "fsdp_reshard_after_forward": run.zero >= 3, "fsdp_offload_params": False,
            "fsdp_state_dict_type": "SHARDED_STATE_DICT", "fsdp_cpu_ram_efficient_loading": True,
            "fsdp_activation_checkpointing": False,
        },
    }
    if run.tensor * run.context > 1:
        found["parallelism_config"] = {
            "parallelism_config_dp_replicate_size": 1, "parallelism_config_dp_shard_size": run.data_parallel,
            "parallelism_config_tp_size": run.tensor, "parallelism_config_cp_size": run.context,
        }
    return found


def image(d: Deployment) -> str | None:
    """Return the name under which the user pushes train/Dockerfile; ``None`` where we know no base for the silicon."""
    return f"registry.example.com/{d.name}-train:1" if d.stack.platform == "cuda" else None
