"""train/: the script, its configuration, sharding, and launchers for machines, Slurm and Kubernetes."""

from __future__ import annotations

import math
from typing import Any

from wizard.deploy.bundle import DeployFile, Files
from wizard.deploy.facts import Deployment
from wizard.deploy.k8s_pod import lock, metadata, pod_security
from wizard.deploy.scripts import fetch_script
from wizard.deploy.stacks import TRAIN_IMAGE
from wizard.deploy.text import dump_json, dump_yaml, fill, fill_shell, template
from wizard.deploy.training_facts import REQUIREMENTS, Run, config, fsdp, image, peft, run_of, zero

_UID = 1000
_FOLDER = "/workspace"


def files(d: Deployment) -> Files:
    """Return the training job; README and RUNBOOK are added to it."""
    run = run_of(d)
    out: Files = {
        "train/train.py": DeployFile(template("train.py"), "python"),
        "train/config.json": DeployFile(dump_json(config(d, run)), "json"),
        "train/launch.sh": DeployFile(launch(d, run), "shell"), "train/job.sbatch": DeployFile(sbatch(d, run), "shell"),
        "train/requirements.txt": DeployFile("\n".join([*REQUIREMENTS, ""]), "markdown"),
        ".env.example": DeployFile(_env(run), "env"),
        "fetch-model.sh": DeployFile(fetch_script(d), "shell"),
    }
    if d.plan.needs.training.method != "full":
        out["train/peft.json"] = DeployFile(dump_json(peft(d)), "json")
    if run.zero_runs:
        name = f"train/ds_zero{run.zero}.json"
        out[name] = DeployFile(dump_json(zero(run, run.zero, bf16=d.half == "bfloat16")), "json")
    if run.world > 1:
        out["train/fsdp.yaml"] = DeployFile(dump_yaml(fsdp(run)), "yaml")
    if image(d):
        out["train/Dockerfile"] = DeployFile(_dockerfile(), "dockerfile")
        out["train/trainjob.yaml"] = DeployFile(dump_yaml(*train_job(d, run)), "k8s")
    return out


def launch(d: Deployment, run: Run) -> str:
    """Return launch.sh: the same command on every machine."""
    return fill_shell("launch.sh", {
        "NODES": run.nodes, "PER_NODE": run.per_node, "WORLD": run.world,
        "SHARDING": "zero" if run.zero_runs else "fsdp" if run.tensor * run.context > 1 else "none",
        "ZERO": f"train/ds_zero{run.zero}.json", "JOB": d.name,
    })


def sbatch(d: Deployment, run: Run) -> str:
    """Return the Slurm job: one launcher per machine, and a tenth more time than the slow end of the plan."""
    hours = d.slow("hours")
    minutes = math.ceil((hours or 0.0) * 60 * 1.1)
    limit = f"#SBATCH --time={minutes // 1440}-{minutes % 1440 // 60:02d}:{minutes % 60:02d}:00\n"
    return fill("job.sbatch", {
        "NAME": d.name, "NODES": str(run.nodes), "PER_NODE": str(run.per_node), "CPUS": str(16 * run.per_node),
        "TIME": limit if hours else "",
    })


def train_job(d: Deployment, run: Run) -> tuple[dict[str, Any], ...]:
    """Return the claim for data and checkpoints, and the TrainJob (Kubeflow Trainer 2.3)."""
    claim = {
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata(d, f"{d.name}-train", "train"),
        "spec": {"accessModes": ["ReadWriteMany" if run.nodes > 1 else "ReadWriteOnce"],
                 "resources": {"requests": {"storage": f"{d.disk_gb * 8}G"}}},
    }
    arguments = ["--deepspeed", f"train/ds_zero{run.zero}.json"] if run.zero_runs else []
    amount = {d.stack.resource: run.per_node}
    trainer = {
        "numNodes": run.nodes, "numProcPerNode": run.per_node, "image": image(d),
        "command": ["torchrun", "train/train.py", *arguments],
        "env": [{"name": "HF_HUB_OFFLINE", "value": "1"}, {"name": "HOME", "value": "/tmp"}],  # noqa: S108
        "resourcesPerNode": {"requests": amount, "limits": amount},
    }
    node = {
        "containers": [{"name": "node", "workingDir": _FOLDER, "securityContext": lock(), "volumeMounts": [
            {"name": "train", "mountPath": _FOLDER}, {"name": "shm", "mountPath": "/dev/shm"},  # noqa: S108
            {"name": "tmp", "mountPath": "/tmp"}]}],  # noqa: S108
        "securityContext": pod_security(_UID), "volumes": [
            {"name": "train", "persistentVolumeClaim": {"claimName": f"{d.name}-train"}},
            {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": f"{d.shm_gib}Gi"}},
            {"name": "tmp", "emptyDir": {}}],
    }
    patch = {"manager": "rackwright.local/plan", "trainingRuntimeSpec": {"template": {"spec": {"replicatedJobs": [
        {"name": "node", "template": {"spec": {"template": {"spec": node}}}}]}}}}
    job = {
        "apiVersion": "trainer.kubeflow.org/v1alpha1", "kind": "TrainJob", "metadata": metadata(d, d.name, "train"),
        "spec": {"runtimeRef": {"apiGroup": "trainer.kubeflow.org", "kind": "ClusterTrainingRuntime",
                                "name": "torch-distributed"}, "trainer": trainer, "runtimePatches": [patch]},
    }
    return claim, job


def _dockerfile() -> str:
    return "\n".join([
        "# Build it, push it to your registry, and put its name into trainjob.yaml.", f"FROM {TRAIN_IMAGE}",
        "COPY requirements.txt /tmp/requirements.txt", "RUN pip install --no-cache-dir -r /tmp/requirements.txt",
        f"USER {_UID}:0", f"WORKDIR {_FOLDER}", "",
    ])


def _env(run: Run) -> str:
    lines = ["# Copy to .env. Values here are settings; secrets stay blank in this file.", "MODEL_DIR=./models",
             "# Only for fetch-model.sh, and only for gated models:", "HF_TOKEN="]
    if run.nodes > 1:
        lines += ["# The first machine, and this machine's number (0 there):", "MASTER_ADDR=", "NODE_RANK=0",
                  "# The interface between the machines (=eth0 is exact, eth0 a prefix):", "NCCL_SOCKET_IFNAME==eth0"]
    return "\n".join([*lines, ""])
