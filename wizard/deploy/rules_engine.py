"""Failure rules about the engine: layout, memory, precision, images. Numbers are those of :mod:`failure_rules`."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.deploy.rule_records import Case, Finding, finding, value_of
from wizard.i18n import mark

_TP = ("--tensor-parallel-size", "--tp-size", "--tp_size")
_CONTEXT = ("--max-model-len", "--context-length", "--max_seq_len")
CUDA_13_OLDEST = 7.5
"""Compute capability of the oldest silicon that CUDA 13 still compiles for (Turing)."""
CUDA_13_DRIVER = 580


def heads_divide(c: Case) -> Iterator[Finding]:
    """1: attention heads are split evenly over the tensor-parallel ranks."""
    heads, tp = c.d.heads, c.d.option.parallel.tp
    if heads and heads % tp:
        legal = ", ".join(str(n) for n in range(1, heads + 1) if heads % n == 0)
        yield finding(1, "error", "plan", mark("{heads} attention heads cannot be split over {tp} accelerators"),
                      mark("Use one of {legal} for tensor parallelism, or pipeline stages."), heads=heads, tp=tp,
                      legal=legal)


def experts_divide(c: Case) -> Iterator[Finding]:
    """2: experts are split evenly over the expert-parallel ranks."""
    experts, ep = c.d.experts, c.d.option.parallel.ep
    if experts and experts % ep:
        yield finding(2, "error", "plan", mark("{experts} experts cannot be split over {ep} accelerators"),
                      mark("Choose a divisor, or add redundant experts until it is one."), experts=experts, ep=ep)


def kv_heads_replicate(c: Case) -> Iterator[Finding]:
    """3: beyond one rank for each KV head the cache is copied, not split."""
    kv_heads, tp = c.d.kv_heads, c.d.option.parallel.tp
    latent = c.d.plan.model.attention == "mla"
    if kv_heads and tp > kv_heads and not latent:
        yield finding(3, "note", "plan", mark("{kv_heads} KV heads on {tp} accelerators: the cache is copied, it does "
                                              "not "
                                              "shrink any further"),
                      mark("Prefer more replicas to more tensor parallelism."), kv_heads=kv_heads, tp=tp)


def shared_memory(c: Case) -> Iterator[Finding]:
    """4: several processes of one replica need shared memory."""
    if c.d.devices_on_node < 2:
        return
    why = mark("several accelerators of a replica share data through /dev/shm, and it is missing or small")
    mend = mark("Set shm_size to 16gb; on Kubernetes mount an emptyDir with medium Memory at /dev/shm.")
    for path, _, service in c.services():
        size = str(service.get("shm_size", "0")).lower().removesuffix("b").removesuffix("g")
        if service.get("ipc") != "host" and (not size.isdigit() or int(size) < 16):
            yield finding(4, "error", path, why, mend)
    for path, _, spec, container in c.workloads():
        memory = {v["name"] for v in spec["volumes"] if v.get("emptyDir", {}).get("medium") == "Memory"}
        if not any(m["mountPath"] == "/dev/shm" and m["name"] in memory for m in container["volumeMounts"]):  # noqa: S108
            yield finding(4, "error", path, why, mend)


def context_fits(c: Case) -> Iterator[Finding]:
    """6: the cache holds one context of the longest length at least."""
    for path, words in c.commands():
        length = value_of(words, *_CONTEXT)
        if length and length.isdigit() and c.d.kv_tokens and int(length) > c.d.kv_tokens:
            yield finding(6, "error", path, mark("a context of {length} tokens does not fit into a cache of {room} "
                                                 "tokens"),
                          mark("Shorten the context, or use a smaller cache precision or more accelerators."),
                          length=int(length), room=c.d.kv_tokens)


def quantization_once(c: Case) -> Iterator[Finding]:
    """7: a checkpoint that is quantised already says so itself."""
    for path, words in c.commands():
        flag = value_of(words, "--quantization", "-q")
        if flag and flag != c.d.quantization:
            yield finding(7, "error", path, mark("--quantization {flag} contradicts the checkpoint ({native})"),
                          mark("Leave the flag out: the engine reads the format from the checkpoint."), flag=flag,
                          native=c.d.native_quant or "16 bit")


def mig_one_slice(c: Case) -> Iterator[Finding]:
    """15: one slice, one engine; no tensor parallelism across slices."""
    if c.d.mig and c.d.devices > 1:
        yield finding(15, "error", "plan", mark("a replica on {devices} MIG slices: engines cannot work across slices"),
                      mark("Give each replica one slice, a larger one if it does not fit."), devices=c.d.devices)
    for path, _, _, container in c.workloads():
        amounts = {k: v for k, v in container["resources"]["limits"].items() if "/mig-" in k}
        if any(v != 1 for v in amounts.values()):
            yield finding(15, "error", path, mark("a pod asks for more than one MIG slice"),
                          mark("Ask for one slice in each pod."))


def cuda_of_the_image(c: Case) -> Iterator[Finding]:
    """16: images built for CUDA 13 need a driver from 580 on and silicon from Turing on."""
    if c.d.stack.platform != "cuda" or not c.d.stack.image or c.d.stack.engine == "llama.cpp":
        return
    code = c.d.accelerator.arch_code if c.d.accelerator else ""
    if code.replace(".", "", 1).isdigit() and float(code) < CUDA_13_OLDEST:
        yield finding(16, "error", "plan", mark("the image is built for CUDA 13, which no longer supports compute "
                                                "capability {code}"),
                      mark("Use the last release of the engine for CUDA 12, or llama.cpp built for this card."),
                      code=code)
    else:
        yield finding(16, "note", "host", mark("the image needs NVIDIA driver {driver} or newer (CUDA 13)"),
                      mark("Check with nvidia-smi on every machine before you start."), driver=CUDA_13_DRIVER)


def offline_inside(c: Case) -> Iterator[Finding]:
    """20: offline both by the environment and by a local path."""
    for path, env in c.environments():
        if c.d.stack.engine != "llama.cpp" and env.get("HF_HUB_OFFLINE") != "1":
            yield finding(20, "error", path, mark("the engine may go to the internet: HF_HUB_OFFLINE is not set in it"),
                          mark("Set HF_HUB_OFFLINE=1 in the container's environment."))
    for path, words in c.commands():
        model = value_of(words, "serve", "trtllm-serve", "--model-path", "--model")
        if model and not model.startswith("/"):
            yield finding(20, "error", path, mark("{model} is not a local path, so the engine would download it"),
                          mark("Name the folder with the weights."), model=model)


def warm_up(c: Case) -> Iterator[Finding]:
    """24: llama-server says it is healthy before its first answer is fast."""
    if c.d.stack.engine == "llama.cpp" and "test/smoke.py" not in c.bundle:
        yield finding(24, "warning", "test/", mark("llama-server reports health before it is warm, and nothing warms "
                                                   "it up"),
                      mark("Send a few requests (test/smoke.py) before you let users in."))


def trtllm_listens(c: Case) -> Iterator[Finding]:
    """25: trtllm-serve listens on localhost unless told otherwise."""
    for path, words in c.commands():
        if words[:1] == ("trtllm-serve",) and value_of(words, "--host") is None:
            yield finding(25, "error", path, mark("trtllm-serve listens on localhost only, so nobody reaches the "
                                                  "container"),
                          mark("Add --host 0.0.0.0 inside the container."))


def layout_agrees(c: Case) -> Iterator[Finding]:
    """28: the command's tensor parallelism is the plan's."""
    parallel = c.d.option.parallel
    wanted = {"vllm": parallel.tp, "tensorrt-llm": parallel.tp * parallel.dp,
              "sglang": parallel.tp * parallel.dp if parallel.ep > 1 else parallel.tp}.get(c.d.stack.engine)
    for path, words in c.commands():
        found = value_of(words, *_TP)
        if wanted and found and found != str(wanted):
            yield finding(28, "error", path, mark("tensor parallelism {found} in the file, {wanted} in the plan"),
                          mark("Export the files again."), found=found, wanted=wanted)
