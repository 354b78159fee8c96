"""The engines' start commands: the plan's numbers under each engine's own names."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from wizard.deploy.extras import extra_words, trtllm_extras
from wizard.deploy.facts import Deployment, Role

METRICS_PATH = {"tensorrt-llm": "/prometheus/metrics"}
"""Where an engine's metrics are, if not at ``/metrics``."""
PORT = 8000
MASTER_PORT = 29500
CACHE = "/cache"


def command(d: Deployment, role: Role = "single", host: str = "0.0.0.0", master: str = "${MASTER_ADDR}",  # noqa: S104
            rank: str = "${NODE_RANK}") -> tuple[str, ...]:
    """Return the engine's start command as words.

    Args:
        d: the deployment.
        role: ``head`` and ``worker`` are the machines of a replica that spans several.
        host: address to listen on; all interfaces only inside a container's own network.
        master: address of the replica's first machine.
        rank: number of this machine within its replica.
    """
    common = (*_ENGINES[d.stack.engine](d, host), *extra_words(d))
    if role == "single":
        return common
    if d.stack.engine == "sglang":
        return (*common, "--nnodes", str(d.nodes_per_replica), "--node-rank", rank,
                "--dist-init-addr", f"{master}:{MASTER_PORT}")
    if d.stack.engine == "vllm":
        more = ("--distributed-executor-backend", "mp", "--nnodes", str(d.nodes_per_replica), "--node-rank",
                "0" if role == "head" else rank, "--master-addr", master, "--master-port", str(MASTER_PORT))
        return (*common, *more, *(("--headless",) if role == "worker" else ()))
    return common


def environment(d: Deployment, cache: str = CACHE) -> dict[str, str]:
    """Return the environment of every engine process: no network for weights, all caches in one writable place."""
    env = {
        "HOME": cache, "XDG_CACHE_HOME": cache, "HF_HOME": f"{cache}/huggingface", "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1", "TRITON_CACHE_DIR": f"{cache}/triton",
        "TORCHINDUCTOR_CACHE_DIR": f"{cache}/inductor", "DO_NOT_TRACK": "1",
    }
    if d.stack.engine == "vllm":
        env |= {"VLLM_CACHE_ROOT": f"{cache}/vllm", "VLLM_NO_USAGE_STATS": "1"}
    if d.stack.engine == "llama.cpp":
        env = {"HOME": cache, "XDG_CACHE_HOME": cache}
    return env


def trtllm_config(d: Deployment) -> dict[str, object]:
    """Return what TensorRT-LLM takes from a file rather than from flags."""
    cache: dict[str, object] = {"enable_block_reuse": True, "free_gpu_memory_fraction": d.free_share}
    if d.option.kv_precision == "fp8":
        cache["dtype"] = "fp8"
    return {"kv_cache_config": cache, "enable_attention_dp": d.option.parallel.dp > 1,
            "enable_iter_perf_stats": True, "return_perf_metrics": True, **trtllm_extras(d)}


def _vllm(d: Deployment, host: str) -> tuple[str, ...]:
    p = d.option.parallel
    words = [
        "vllm", "serve", d.model_path, "--host", host, "--port", str(PORT), "--served-model-name", d.model_name,
        "--tensor-parallel-size", str(p.tp), "--pipeline-parallel-size", str(p.pp),
        "--max-model-len", str(d.context), "--max-num-seqs", str(max(1, -(-d.max_num_seqs // p.dp))),
        "--gpu-memory-utilization", f"{d.memory_share:.2f}", "--dtype", d.half,
        "--kv-cache-dtype", "fp8" if d.option.kv_precision == "fp8" else "auto",
    ]
    if p.dp > 1:
        words += ["--data-parallel-size", str(p.dp)]
    if p.cp > 1:
        words += ["--prefill-context-parallel-size", str(p.cp)]
    if p.dcp > 1:
        words += ["--decode-context-parallel-size", str(p.dcp)]
    if p.ep > 1:
        words.append("--enable-expert-parallel")
    if d.quantization:
        words += ["--quantization", d.quantization]
    if d.plan.needs.workload.prefix_cache_share:
        words.append("--enable-prefix-caching")
    return (*words, "--disable-fastapi-docs")


def _sglang(d: Deployment, host: str) -> tuple[str, ...]:
    p = d.option.parallel
    words = [
        "python3", "-m", "sglang.launch_server", "--model-path", d.model_path, "--host", host, "--port", str(PORT),
        "--served-model-name", d.model_name, "--tp-size", str(p.tp * p.dp if p.ep > 1 else p.tp),
        "--pp-size", str(p.pp), "--context-length", str(d.context), "--max-running-requests", str(d.max_num_seqs),
        "--mem-fraction-static", f"{d.static_share:.2f}", "--dtype", d.half,
        "--kv-cache-dtype", "fp8_e4m3" if d.option.kv_precision == "fp8" else "auto", "--enable-metrics",
    ]
    if p.dp > 1:
        # With experts the attention is replicated inside one tensor-parallel group; without, whole engines are.
        words += ["--attn-dp-size" if p.ep > 1 else "--dp-size", str(p.dp)]
    if p.cp > 1:
        words += ["--attn-cp-size", str(p.cp)]
    if p.ep > 1:
        words += ["--ep-size", str(p.ep)]
    if d.quantization:
        words += ["--quantization", d.quantization]
    return tuple(words)


def _trtllm(d: Deployment, host: str) -> tuple[str, ...]:
    p = d.option.parallel
    words = [
        "trtllm-serve", d.model_path, "--host", host, "--port", str(PORT), "--backend", "pytorch",
        "--tp_size", str(p.tp * p.dp), "--pp_size", str(p.pp), "--max_batch_size", str(d.max_num_seqs),
        "--max_seq_len", str(d.context), "--free_gpu_memory_fraction", f"{d.free_share:.2f}",
        "--config", "/config/trtllm.yaml",
    ]
    if p.ep > 1:
        words += ["--ep_size", str(p.ep)]
    if p.cp > 1:
        words += ["--context_parallel_size", str(p.cp)]
    return tuple(words)


def llama_pool(d: Deployment) -> int:
    """Return llama.cpp's ``--ctx-size``: cells shared by all slots, within the plan's cache, for one context at least.

    Where the plan counts one byte a value, llama.cpp's q8_0 takes 17/16 of it.
    """
    room = d.kv_tokens * 16 // 17 if d.option.kv_precision == "fp8" else d.kv_tokens
    return max(d.context, min(room, d.max_num_seqs * d.context))


def _llama(d: Deployment, host: str) -> tuple[str, ...]:
    p = d.option.parallel
    # llama.cpp has no FP8 cache; q8_0 takes 8.5 bits a value.
    kv = "q8_0" if d.option.kv_precision == "fp8" else "f16"
    split = "tensor" if p.tp > 1 else "layer"
    share, layers, piece = d.option.host_share, d.plan.model.layers, str(d.option.piece_tokens)
    # Pieces of a prompt that are large enough pay for sending the experts over the bus.
    hosted = () if share is None or layers is None else (
        "--n-cpu-moe", str(ceil(share * layers)), "--batch-size", piece, "--ubatch-size", piece)
    binary = "/app/llama-server" if d.stack.containers else "llama-server"
    return (
        binary, "--model", f"{d.model_path}/${{MODEL_FILE:?set MODEL_FILE in .env}}", "--alias", d.model_name,
        "--host", host, "--port", str(PORT), "--ctx-size", str(llama_pool(d)), "--parallel", str(d.max_num_seqs),
        "--kv-unified", "--n-gpu-layers", "999", "--split-mode", split if d.devices > 1 else "none",
        "--cache-type-k", kv, "--cache-type-v", kv, "--flash-attn", "on", "--metrics", "--no-ui", "--offline", *hosted,
        "--api-key-file", "/run/secrets/api_key" if d.stack.containers else "${API_KEY_FILE}",
    )


_ENGINES: dict[str, Callable[[Deployment, str], tuple[str, ...]]] = {
    "vllm": _vllm, "sglang": _sglang, "tensorrt-llm": _trtllm, "llama.cpp": _llama,
}
ENGINES = frozenset(_ENGINES)
"""Engines whose command line we know."""
