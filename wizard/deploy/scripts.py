"""Shell scripts and the environment file: start natively, prepare, fetch, pin digests, carry into an air gap."""

from __future__ import annotations

from collections.abc import Iterable

from wizard.deploy.bundle import DeployFile, Files
from wizard.deploy.commands import command, environment
from wizard.deploy.facts import Deployment, Role
from wizard.deploy.stacks import DCGM_IMAGE, GATEWAY_IMAGE, PROMETHEUS_IMAGE
from wizard.deploy.text import fill, fill_shell, shell_quote, shell_words

_HEAD = """#!/usr/bin/env bash
# Starts the engine with the plan's numbers, natively: without a container, or inside one of your own.
set -euo pipefail
cd "$(dirname "$0")"
"""


def run_script(d: Deployment) -> str:
    """Return run.sh: the engine's start command; on several machines the rank decides which part this one plays."""
    lines = [_HEAD, "MODEL_DIR=${MODEL_DIR:-$PWD/models}", "CACHE_DIR=${CACHE_DIR:-$PWD/cache}",
             "mkdir -p \"$CACHE_DIR\""]
    # Homes belong to whoever runs it natively; only the caches and the network switches are ours.
    lines += [f'export {k}="{v}"' for k, v in environment(d, "$CACHE_DIR").items() if k != "HOME"]
    if d.stack.engine == "llama.cpp":
        lines.append('API_KEY_FILE=${API_KEY_FILE:-$PWD/secrets/api_key}')
    if not d.multi_node:
        return "\n".join([*lines, f"exec {shell_words(_native(d, 'single'))}", ""])
    lines += [": \"${MASTER_ADDR:?set MASTER_ADDR to the first machine}\"", "NODE_RANK=${NODE_RANK:-0}",
              "if [[ $NODE_RANK -eq 0 ]]; then", f"  exec {shell_words(_native(d, 'head'), '    ')}", "fi",
              f"exec {shell_words(_native(d, 'worker'))}", ""]
    return "\n".join(lines)


def _native(d: Deployment, role: Role) -> list[str]:
    words = command(d, role, host="127.0.0.1")
    swaps = {"/app/llama-server": "llama-server", "/run/secrets/api_key": "${API_KEY_FILE}",
             "/config/trtllm.yaml": "trtllm.yaml"}
    moved = [f"${{MODEL_DIR}}{w.removeprefix('/models')}" if w.startswith("/models/") else w for w in words]
    return [swaps.get(w, w) for w in moved]


def env_example(d: Deployment) -> str:
    """Return .env.example: settings with defaults, and names of secrets without their values."""
    lines = ["# Copy to .env. Values here are settings; secrets stay blank in this file.", "MODEL_DIR=./models",
             "CACHE_DIR=./cache"]
    if d.stack.containers:
        lines += ["GATEWAY_BIND=127.0.0.1", "GATEWAY_PORT=8443"]
    lines += ["# Only for fetch-model.sh, and only for gated models:", "HF_TOKEN="]
    if checkpoint(d) is None and d.stack.engine != "llama.cpp":
        lines += [f"# Hub id of a checkpoint of {d.model_name} in {d.option.weight_precision}:", "MODEL_ID="]
    if d.stack.engine == "llama.cpp":
        lines += [f"# Name of the GGUF file (its first part) in MODEL_DIR/{d.model_name}:", "MODEL_FILE=model.gguf"]
    if d.mig:
        lines += ["# MIG device of each replica, as nvidia-smi -L prints it:"]
        lines += [f"MIG_DEVICE_{i}=" for i in range(d.replicas_on_node)]
    if d.multi_node:
        lines += ["# The replica's first machine; rank 0 there, 1, 2, ... on the others:", "MASTER_ADDR=",
                  "NODE_RANK=0", "# This machine's own address:", "HOST_IP=",
                  "# The interface between the machines (=eth0 is exactly eth0, without = a prefix):",
                  "NCCL_SOCKET_IFNAME==eth0", "GLOO_SOCKET_IFNAME=eth0"]
    return "\n".join([*lines, ""])


def images(d: Deployment) -> tuple[str, ...]:
    """Return every image that the bundle uses."""
    own = [d.stack.image] if d.stack.image else []
    return (*own, GATEWAY_IMAGE, PROMETHEUS_IMAGE, *([DCGM_IMAGE] if d.stack.platform == "cuda" else []))


def container_scripts(d: Deployment) -> Files:
    """Return the scripts around containers."""
    names = {"IMAGES": _array(images(d))}
    prepare = fill_shell("prepare.sh", {"UID": d.stack.uid, "REPLICAS": d.replicas_on_node})
    return {
        "prepare.sh": DeployFile(prepare, "shell"),
        "pin-digests.sh": DeployFile(fill("pin-digests.sh", names), "shell"),
        "airgap/save.sh": DeployFile(fill("save.sh", names), "shell"),
        "airgap/load.sh": DeployFile(fill("load.sh", names), "shell"),
    }


def checkpoint(d: Deployment) -> str | None:
    """Return the hub id of the weights; ``None`` where the published ones do not have the plan's precision."""
    return None if d.needs_checkpoint and not d.training else d.plan.model.id


def fetch_script(d: Deployment) -> str:
    """Return fetch-model.sh; it asks for MODEL_ID where only the user can know the checkpoint."""
    asked = "${MODEL_ID:?set MODEL_ID in .env to a checkpoint in the precision of the plan}"
    return fill_shell("fetch-model.sh", {"MODEL": checkpoint(d) or asked, "FOLDER": d.model_name})


def _array(words: Iterable[str]) -> str:
    return "\n  ".join(map(shell_quote, words))
