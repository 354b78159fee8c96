"""README.md: what this folder runs, what must be true first, which steps start it, what was not verified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wizard.deploy.bundle import Files
from wizard.deploy.extras import needs_draft
from wizard.deploy.facts import HEADROOM, Deployment
from wizard.deploy.failure_rules import say
from wizard.deploy.host import folder
from wizard.deploy.markdown import code, commands, page, plain, table
from wizard.deploy.rule_records import Finding
from wizard.deploy.stacks import GATEWAY_IMAGE, PROMETHEUS_IMAGE, TRAIN_IMAGE, Platform
from wizard.i18n import Translator, mark
from wizard.planner.plan import Estimate, at_load
from wizard.sizing.speculation import TYPICAL_ACCEPTANCE
from wizard.words import label, number

_EVIDENCE = {
    "documented": mark("The tag {image} stands in its project's documentation; it was not pulled."),
    "pattern": mark("The release exists and the tag {image} follows the project's documented pattern; whether the "
                    "image exists was not checked."),
    "floating": mark("The project's documentation names only the moving tag {image}; run pin-digests.sh before you "
                     "rely on it."),
}
_NO_IMAGE = mark(
    "No container image of this engine for this hardware is known to us: use the vendor's build of the engine and "
    "start it with run.sh."
)
_PREREQUISITES: Mapping[Platform, str] = {
    "cuda": mark("NVIDIA driver 580 or newer (the images are built for CUDA 13) and nvidia-container-toolkit."),
    "jetson": mark("JetPack 7.2 (L4T r39) or newer. On an Orin with JetPack 6 use the image "
                   "ghcr.io/nvidia-ai-iot/vllm:latest-jetson-orin instead. Set the power mode with nvpmodel and "
                   "keep the weights on NVMe."),
    "rocm": mark("The amdgpu driver, and the numbers of the groups video and render in .env. AMD's own examples "
                 "loosen seccomp and add SYS_PTRACE; these files do not. If the engine fails to start, try that "
                 "on a test machine first."),
    "ascend": mark("Driver and firmware for CANN 9.1.0 exactly; vLLM, torch_npu and CANN are one locked set."),
    "gaudi": mark("Intel Gaudi software and its container runtime, in the version of the image."),
    "intel": mark("Intel's GPU driver and compute runtime, and the numbers of the groups video and render in "
                  ".env."),
    "musa": mark("Moore Threads' driver and container runtime."),
    "apple": mark("macOS with llama-server built for Metal; containers have no GPU on a Mac."),
    "other": mark("The vendor's driver and the vendor's build of the engine."),
}
_LLAMA_ON_CUDA = mark(
    "An NVIDIA driver that knows the CUDA version of the image, and nvidia-container-toolkit."
)
_TOLD = frozenset({16, 30})
"""Rules whose notes this page tells in its own words."""
_PURPOSE: tuple[tuple[str, str], ...] = (
    ("run.sh", mark("the engine's start command with the plan's numbers")),
    ("compose.yaml", mark("engine, gateway and monitoring on one machine")),
    ("compose.worker.yaml", mark("the engine on the further machines of a replica")),
    ("prepare.sh", mark("makes folders, keys and .env; run it first, as root")),
    (".env.example", mark("settings, and the names of secrets without their values")),
    ("fetch-model.sh", mark("downloads the weights once")),
    ("Dockerfile", mark("the engine for runtimes without compose or Kubernetes")),
    ("k8s/base/", mark("Kubernetes: workload, service, claim, gateway, network policies")),
    ("k8s/overlays/", mark("Kubernetes: what needs an operator of your cluster")),
    ("k8s/mig/", mark("the MIG partition for NVIDIA's MIG manager and device plugin")),
    ("gateway/", mark("nginx: keys, endpoint allowlist, streaming")),
    ("monitoring/", mark("Prometheus: scraping and alerts at the plan's thresholds")),
    ("host/", mark("start at boot without containers")),
    ("train/", mark("the training job: script, launchers, sharding, adapter")),
    ("test/smoke.py", mark("does it answer, and only to those who may ask")),
    ("test/bench.sh", mark("the plan's load, judged by the slow end of the plan's estimates")),
    ("pin-digests.sh", mark("replaces tags by digests")),
    ("airgap/", mark("carries images and weights to a site without internet")),
)


def readme(d: Deployment, tr: Translator, others: Files, found: Sequence[Finding] = ()) -> str:
    """Return the whole page."""
    return page(
        f"# {plain(d.plan.model.name)}: {plain(d.option.accelerator_name)} × {d.option.accelerators}",
        tr("Deployment files for option {option} of the plan, made by Rackwright. Every figure here is the plan's.",
           option=code(d.option.id)),
        *_broken(tr, found), _settings(d, tr), "## " + tr("Before you start"), *_before(d, tr), _notes(tr, found),
        "## " + tr("Start"), *_start(d, tr, others),
        "## " + tr("Prove it"), *_prove(d, tr), "## " + tr("Files"), _files(tr, others),
        "## " + tr("What was not verified"), *_unverified(d, tr),
    )


def _broken(tr: Translator, found: Sequence[Finding]) -> list[str]:
    errors = [f for f in found if f.severity == "error"]
    if not errors:
        return []
    return ["## " + tr("This will not run as it is"), _bullets(tr, errors)]


def _notes(tr: Translator, found: Sequence[Finding]) -> str:
    return _bullets(tr, [f for f in found if f.severity != "error" and f.rule not in _TOLD])


def _bullets(tr: Translator, found: Sequence[Finding]) -> str:
    return "\n".join(f"- {plain(say(tr, f))}" for f in found)


def _settings(d: Deployment, tr: Translator) -> str:
    o, p = d.option, d.option.parallel
    split = ("tp", "pp", "dp", "ep", "cp", "dcp")
    layout = ", ".join(f"{k.upper()} {getattr(p, k)}" for k in split if getattr(p, k) > 1)
    rows = [
        (tr("Engine"), plain(o.engine)), (tr("Model"), plain(d.plan.model.id)),
        (tr("Weights"), plain(o.weight_precision)),
        (tr("Layout of a replica"), layout or tr("one accelerator")), (tr("Replicas"), str(d.replicas)),
        (tr("Machines"), str(o.nodes)),
    ]
    if not d.training:
        rows += [(tr("KV cache"), plain(o.kv_precision)), (tr("Longest context, tokens"), str(d.context)),
                 (tr("Sequences at once, per replica"),
                  tr("{most} (the plan's batch {batch} with {percent} % head-room, within the KV cache)",
                     most=d.max_num_seqs, batch=o.batch, percent=round((HEADROOM - 1) * 100)))]
    rows += [(label(tr, name), _band(tr, name, e)) for name, e in o.estimates.items() if not at_load(name)]
    return table((tr("Setting"), tr("Plan")), rows)


def _band(tr: Translator, name: str, e: Estimate) -> str:
    if name == "mfu":
        return f"{number(tr, e.low * 100)} … **{number(tr, e.value * 100)}** … {number(tr, e.high * 100)} %"
    unit = " ms" if name.endswith("_ms") else ""
    return f"{number(tr, e.low)} … **{number(tr, e.value)}** … {number(tr, e.high)}{unit}"


def _before(d: Deployment, tr: Translator) -> list[str]:
    out = []
    if d.needs_checkpoint and not d.training:
        out.append(tr(
            "**A checkpoint in {precision} is needed.** The published weights have another precision, and the engine "
            "does not convert them while it loads. Choose or make a {precision} checkpoint, put it into {path}, and "
            "compare its answers with the original on your own questions. No --quantization flag is set: the engine "
            "reads the format from the checkpoint.",
            precision=d.option.weight_precision, path=code(f"models/{d.model_name}")))
    on_cuda = d.stack.engine == "llama.cpp" and d.stack.platform == "cuda"
    out.append(tr(_LLAMA_ON_CUDA if on_cuda else _PREREQUISITES[d.stack.platform]))
    out += _beside(d, tr)
    if not d.training and d.plan.needs.max_context_tokens is None:
        out.append(tr("The longest context follows from the stated prompts and answers, {tokens} tokens: the engine "
                      "refuses longer requests. Ask the plan for a longer context if users need one.",
                      tokens=d.context))
    if d.multi_node:
        out.append(tr("The machines of a replica exchange data without authentication or encryption: give them a "
                      "network of their own."))
    if d.multi_node and not d.training and d.stack.containers:
        out.append(tr("/dev/infiniband is passed into the containers; remove it where there is none, and expect the "
                      "plan's speed only with the plan's network."))
    if d.mig:
        out.append(tr("Partition each accelerator into slices of {profile} first; Kubernetes then offers them as "
                      "{resource}. Each replica lives in one slice; tensor parallelism across slices does not exist.",
                      profile=code(d.option.mig_profile), resource=code(f"nvidia.com/mig-{d.option.mig_profile}")))
    return out


def _beside(d: Deployment, tr: Translator) -> list[str]:
    """Say what lies beside the model: a draft that somebody must bring, and room for adapters."""
    out = []
    if not d.training and needs_draft(d):
        path = code("models/draft/draft.gguf" if d.stack.engine == "llama.cpp" else "models/draft")
        out.append(tr("**A draft is needed beside the model.** Put it into {path}: it must have been made for this "
                      "model or share its tokenizer. The plan counts on {share} of its guesses being taken; measure "
                      "that.", path=path, share=_acceptance(d, tr)))
    if not d.training and d.plan.needs.adapters.count:
        out.append(tr("Room for {count} adapters of rank {rank} is set aside; load them with the engine's own requests "
                      "or flags.", count=d.plan.needs.adapters.count, rank=d.plan.needs.adapters.rank))
    return out


def _acceptance(d: Deployment, tr: Translator) -> str:
    asked = d.plan.needs.speculation
    share = TYPICAL_ACCEPTANCE[asked.method] if asked.acceptance is None else asked.acceptance
    return f"{number(tr, 100 * share)} %"


def _start(d: Deployment, tr: Translator, others: Files) -> list[str]:
    fetch = ["bash fetch-model.sh"] if "fetch-model.sh" in others else []
    if d.training:
        return _train(d, tr, fetch, others)
    if not d.stack.containers:
        return [_gguf(d, tr), tr("Copy this folder to {folder}, and there, as the user who runs the engine:",
                                 folder=code(folder(d))),
                commands("bash prepare.sh", *fetch, "set -a; . ./.env; . ./secrets/engine.env; set +a", "bash run.sh",
                         f"nginx -c {folder(d)}/gateway/nginx.conf"), _several(d, tr)]
    up = ["docker compose up -d"] if not d.multi_node else [
        "docker compose up -d                               # rank 0",
        "docker compose -f compose.worker.yaml up -d        # rank 1, 2, ..."]
    blocks = [_gguf(d, tr)]
    if "compose.yaml" in others:
        blocks += [tr("On one machine, or on each machine of a replica:"),
                   commands("sudo bash prepare.sh", *fetch, *up, "docker compose --profile monitoring up -d")]
    if "k8s/base/workload.yaml" in others:
        blocks += [tr("On Kubernetes (the device plugin, and LeaderWorkerSet where a replica spans machines, must be "
                      "installed):"), commands(*_kubernetes(d, others))]
        if d.stack.engine == "llama.cpp":
            blocks.append(tr("Copy the GGUF file into the claim {claim} with a pod of yours before the last command, "
                             "and write its name into k8s/base/kustomization.yaml.", claim=code(f"{d.name}-models")))
    return [*blocks, _several(d, tr)]


def _train(d: Deployment, tr: Translator, fetch: list[str], others: Files) -> list[str]:
    from wizard.deploy.training_facts import image

    blocks = [
        tr("Install what the job needs, fetch the weights, and put the prepared data where train/config.json says:"),
        commands("python3 -m pip install -r train/requirements.txt", *fetch),
        tr("Then start on every machine:"), commands("cp .env.example .env", "bash train/launch.sh"),
    ]
    if "train/job.sbatch" in others:
        blocks += [tr("Or with Slurm:"), commands("sbatch train/job.sbatch")]
    name = image(d)
    if name and "train/trainjob.yaml" in others:
        blocks += [tr("Or with Kubeflow Trainer, from an image in your own registry:"),
                   commands(f"docker build -t {name} train", f"docker push {name}",
                            "kubectl apply -f train/trainjob.yaml")]
    return blocks


def _kubernetes(d: Deployment, others: Files) -> list[str]:
    here = f"kubectl -n {d.name}"
    lines = ["bash prepare.sh", f"kubectl create namespace {d.name}",
             f"{here} create secret generic {d.name}-api-key --from-file=api_key=secrets/api_key",
             f"{here} create secret generic {d.name}-gateway-keys "
             "--from-file=gateway-keys.conf=secrets/gateway-keys.conf", f"{here} apply -f k8s/base/models.yaml"]
    if "k8s/fetch-model.yaml" in others:
        lines += [f"{here} apply -f k8s/fetch-model.yaml",
                  f"{here} wait --for=condition=complete --timeout=12h job/{d.name}-fetch"]
    return [*lines, "kubectl apply -k k8s/base"]


def _several(d: Deployment, tr: Translator) -> str:
    if d.option.nodes <= d.nodes_per_replica or d.multi_node:
        return ""
    return tr("The plan has several machines: run the same files on each. Then list their gateways or engines in "
              "gateway/upstreams.conf of the machine that clients talk to, on a network of their own.")


def _gguf(d: Deployment, tr: Translator) -> str:
    if d.stack.engine != "llama.cpp":
        return ""
    return tr("Put the GGUF file with {precision} weights into {path} and its name (of the first part, if there are "
              "several) into .env as MODEL_FILE.", precision=d.option.weight_precision,
              path=code(f"models/{d.model_name}"))


def _prove(d: Deployment, tr: Translator) -> list[str]:
    if d.training:
        return [tr("The first hundred steps print tokens per second and accelerator. Compare with the plan's low end "
                   "before you let the whole run go.")]
    from wizard.deploy.proof import address

    gateway = " --gateway --ca-file gateway/tls/tls.crt"
    return [tr("bench.sh puts the plan's load on the service and fails where it is slower than the slow end of the "
               "plan's estimates. A plan that cannot fail this test would be worth nothing."),
            commands(f"python3 test/smoke.py {address()} --model {d.model_name} --key-file secrets/api_key{gateway}",
                     "bash test/bench.sh --ca-file gateway/tls/tls.crt")]


def _files(tr: Translator, others: Files) -> str:
    rows = [(code(path), tr(text)) for path, text in _PURPOSE
            if any(f == path or (f.startswith(path) and path.endswith("/")) for f in others)]
    return table((tr("File"), tr("Purpose")), [*rows, (code("RUNBOOK.md"), tr("what to do when it goes wrong"))])


def _unseen(tr: Translator, *images: str) -> str:
    return tr("The tags {images} follow their projects' naming; no registry or document was asked for them. Check them "
              "before the first pull.", images=", ".join(code(image) for image in images))


def _unverified(d: Deployment, tr: Translator) -> list[str]:
    if d.training:
        return [tr("The script was run with these versions on two CPU processes and a toy model, full and LoRA. ZeRO, "
                   "FSDP, QLoRA, Slurm and Kubernetes were not run."),
                _unseen(tr, TRAIN_IMAGE),
                tr("Nothing here was run on your hardware. `rackwright check` repeats the offline checks of this "
                   "folder.")]
    out = [tr(_EVIDENCE[d.stack.evidence], image=code(d.stack.image)) if d.stack.image else tr(_NO_IMAGE)]
    if d.stack.flags:
        out.append(tr("The engine's flags were checked against the flag list of {table}. If your image has another "
                      "version, check again with its --help.", table=code(d.stack.flags)))
    if d.stack.containers:
        out.append(_unseen(tr, GATEWAY_IMAGE, PROMETHEUS_IMAGE))
    out += [tr("Nothing here was run on your hardware. `rackwright check` repeats the offline checks of this folder."),
            tr("Digests are not known offline; pin-digests.sh asks your registry for them.")]
    return out
