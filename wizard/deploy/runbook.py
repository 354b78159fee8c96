"""RUNBOOK.md: the five things that go wrong, each with what to look at and what to change first."""

from __future__ import annotations

from collections.abc import Callable

from wizard.deploy.facts import Deployment
from wizard.deploy.markdown import code, commands, page, plain
from wizard.i18n import Translator
from wizard.words import number

Section = Callable[[Deployment, Translator], list[str]]
_MEMORY_FLAG = {"vllm": "--gpu-memory-utilization", "sglang": "--mem-fraction-static",
                "tensorrt-llm": "--free_gpu_memory_fraction", "llama.cpp": "--ctx-size"}
_BATCH_FLAG = {"vllm": "--max-num-seqs", "sglang": "--max-running-requests", "tensorrt-llm": "--max_batch_size",
               "llama.cpp": "--parallel"}
_CONTEXT_FLAG = {"vllm": "--max-model-len", "sglang": "--context-length", "tensorrt-llm": "--max_seq_len",
                 "llama.cpp": "--ctx-size"}
_SHOW = {"cuda": "nvidia-smi dmon -s pucm", "jetson": "tegrastats", "rocm": "rocm-smi --showmeminfo vram --showuse",
         "ascend": "npu-smi info", "gaudi": "hl-smi", "apple": "sudo powermetrics --samplers gpu_power -n 1",
         "intel": "xpu-smi stats -d 0", "musa": "mthreads-gmi"}


def runbook(d: Deployment, tr: Translator) -> str:
    """Return the whole page."""
    sections: tuple[Section, ...] = (_memory, _scaling, _jitter, _loading, _collectives)
    if d.training:
        sections = (_training_memory, _scaling, _collectives)
    blocks = [b for section in sections for b in section(d, tr)]
    return page(f"# {tr('Runbook')}: {plain(d.plan.model.name)}", _look(d, tr), *blocks)


def _look(d: Deployment, tr: Translator) -> str:
    shown = _SHOW.get(d.stack.platform)
    return page(tr("Look at the devices first:"), commands(shown)).rstrip() if shown else ""


def _memory(d: Deployment, tr: Translator) -> list[str]:
    m, engine = d.option.memory, d.stack.engine
    out = [
        "## " + tr("Out of memory"),
        tr("The plan counts on {weights} GiB of weights, {kv} GiB of KV cache, {activations} GiB of activations and "
           "{overhead} GiB of runtime on each accelerator, of {capacity} GiB.", weights=number(tr, m.weights),
           kv=number(tr, m.kv_cache), activations=number(tr, m.activations), overhead=number(tr, m.overhead),
           capacity=number(tr, m.capacity)),
        tr("1. At start: something else holds memory (another process, a desktop), or the checkpoint is not in "
           "{precision}. Free it, or lower {flag} a little; the cache then shrinks.",
           precision=d.option.weight_precision, flag=code(_MEMORY_FLAG.get(engine, "-"))),
        tr("2. Under load: lower {batch} from {seqs} or {context} from {tokens}; both bound the cache, the first also "
           "the "
           "activations.", batch=code(_BATCH_FLAG.get(engine, "-")), seqs=d.max_num_seqs,
           context=code(_CONTEXT_FLAG.get(engine, "-")), tokens=d.context),
        tr("3. The container was killed (exit 137): host memory, not the accelerator's. Shared memory ({shm} GiB) "
           "counts "
           "towards a pod's limit.", shm=d.shm_gib),
    ]
    if d.kv_heads and d.option.parallel.tp > d.kv_heads:
        out.append(tr("More tensor parallelism does not shrink the cache any further: there are {kv_heads} KV heads "
                      "for "
                      "{tp} accelerators.", kv_heads=d.kv_heads, tp=d.option.parallel.tp))
    return out


def _training_memory(d: Deployment, tr: Translator) -> list[str]:
    m = d.option.memory
    return [
        "## " + tr("Out of memory"),
        tr("The plan counts on {weights} GiB of weights, {gradients} GiB of gradients, {optimizer} GiB of optimizer "
           "states and {activations} GiB of activations on each accelerator, of {capacity} GiB.",
           weights=number(tr, m.weights), gradients=number(tr, m.gradients), optimizer=number(tr, m.optimizer),
           activations=number(tr, m.activations), capacity=number(tr, m.capacity)),
        tr("Halve the micro batch and double the accumulation steps: the result is the same, the activations halve. "
           "Then "
           "activation checkpointing, then a shorter sequence, then offloading the optimizer to the host, which is "
           "slow."),
        tr("Memory that grows with every step is a leak in the data loader or logging of tensors that keep their "
           "graph."),
    ]


def _scaling(d: Deployment, tr: Translator) -> list[str]:
    out = ["## " + tr("Slow scaling"), tr(
        "Twice the accelerators do not give twice the speed when they talk more than they compute. Measure one "
        "accelerator group alone, then two; compare with the plan's figures for each.")]
    if d.training:
        return [*out, tr("Look at the share of time in collectives with the profiler. Raise the micro batch or the "
                         "accumulation steps; keep sharding inside a machine where the link is fast.")]
    return [*out, tr("For more throughput add replicas, not tensor parallelism; for lower latency the other way round. "
                     "A new replica needs up to {minutes} minutes to load, so scale before the peak, not in it.",
                     minutes=number(tr, d.startup_seconds / 60)),
            tr("Scale on waiting requests and on the use of the KV cache. CPU load says nothing about a language "
               "model.")]


def _jitter(d: Deployment, tr: Translator) -> list[str]:
    out = ["## " + tr("Latency jitter")]
    ttft, tpot = d.slow("ttft_ms"), d.slow("tpot_ms")
    if ttft is not None and tpot is not None:
        out.append(tr("The plan's slow end is {ttft} ms to the first token and {tpot} ms for each further one. Alerts "
                      "in "
                      "monitoring/rules.yml stand at these figures.", ttft=number(tr, ttft), tpot=number(tr, tpot)))
    out += [
        tr("1. Requests wait in the queue: there is more load than {load} at once. Add a replica or refuse early.",
           load=d.load),
        tr("2. Long prompts hold up the decoding of others: limit the prompt's length at the gateway, or the tokens "
           "that one step may prefill."),
        tr("3. Sequences are preempted because the cache is full: see \"Out of memory\", point 2."),
        tr("4. The clock drops: power limit or heat. Compare the clocks under load with those of the first minute."),
        tr("5. The first requests after a start are slow by nature: send a few before you let users in."),
    ]
    return out


def _loading(d: Deployment, tr: Translator) -> list[str]:
    gigabytes = d.weight_bytes / 1e9
    return [
        "## " + tr("Slow model loading"),
        tr("{gb} GB of weights take {slow} minutes at 0.5 GB/s (network storage) and {fast} minutes at 5 GB/s (NVMe), "
           "then the engine compiles. The start-up probe waits {wait} minutes.", gb=number(tr, gigabytes),
           slow=number(tr, gigabytes / 0.5 / 60), fast=number(tr, gigabytes / 5 / 60),
           wait=number(tr, d.startup_seconds / 60)),
        tr("Keep the weights on local NVMe, one copy for each machine. Keep the cache folder between starts, it holds "
           "compiled kernels. Never load from the internet at start: the files set the engine offline."),
    ]


def _collectives(d: Deployment, tr: Translator) -> list[str]:
    if d.devices < 2 and not d.training:
        return []
    out = ["## " + tr("Tuning of collectives (NCCL, RCCL, HCCL)")]
    if d.stack.platform == "cuda":
        out += [tr("See how the devices are joined, and what NCCL made of it:"),
                commands("nvidia-smi topo -m", "NCCL_DEBUG=INFO NCCL_DEBUG_SUBSYS=INIT,NET bash "
                         + ("train/launch.sh" if d.training else "run.sh"))]
    if d.option.nodes > 1:
        out += [
            tr("The log must say NET/IB. If it says NET/Socket, the container lacks /dev/infiniband, IPC_LOCK or an "
               "unlimited memlock, and NCCL has quietly taken TCP."),
            tr("NCCL_SOCKET_IFNAME matches by prefix: write =eth0 for exactly eth0, ^lo,docker for all but these. A "
               "wrong interface hangs without a message."),
            tr("NCCL_IB_HCA chooses the adapters, NCCL_IB_GID_INDEX=3 is usual for RoCE v2. Do not set NCCL_ALGO, "
               "NCCL_PROTO or buffer sizes unless a measurement with nccl-tests shows the gain."),
        ]
    out.append(tr("A hang at the first collective: different versions, a firewall between the machines, or shared "
                  "memory "
                  "that is too small."))
    return out
