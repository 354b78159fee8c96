"""Which files a service gets, by what its stack can do."""

from __future__ import annotations

from wizard.deploy import compose, dockerfile, gateway, host, k8s, monitoring, proof, scripts
from wizard.deploy.bundle import DeployFile, Files
from wizard.deploy.commands import ENGINES, trtllm_config
from wizard.deploy.facts import Deployment
from wizard.deploy.text import dump_yaml, template


def files(d: Deployment) -> Files:
    """Return the files that run the service; README and RUNBOOK are added to them."""
    if d.stack.engine not in ENGINES:
        return {}
    out: Files = {
        "run.sh": DeployFile(scripts.run_script(d), "shell"),
        ".env.example": DeployFile(scripts.env_example(d), "env"), **proof.files(d),
    }
    if d.stack.engine != "llama.cpp":
        out["fetch-model.sh"] = DeployFile(scripts.fetch_script(d), "shell")
    if d.stack.engine == "tensorrt-llm":
        out["trtllm.yaml"] = DeployFile(dump_yaml(trtllm_config(d)), "yaml")
    if d.stack.platform == "apple":
        out[f"host/local.{d.name}.plist"] = DeployFile(host.launchd(d), "launchd")
    else:
        out[f"host/{d.name}.service"] = DeployFile(host.systemd(d), "systemd")
    return out | _gateway(d) | (_containers(d) if d.stack.containers else _native())


def _gateway(d: Deployment) -> Files:
    return {"gateway/nginx.conf": DeployFile(gateway.nginx(d), "nginx"),
            "gateway/upstreams.conf": DeployFile(gateway.upstreams(d), "nginx")}


def _native() -> Files:
    return {"prepare.sh": DeployFile(template("prepare-native.sh"), "shell")}


def _containers(d: Deployment) -> Files:
    out: Files = {
        "compose.yaml": DeployFile(compose.compose(d), "compose"),
        "monitoring/prometheus.yml": DeployFile(monitoring.prometheus(d), "yaml"),
        "monitoring/rules.yml": DeployFile(monitoring.rules(d), "yaml"), **scripts.container_scripts(d),
    }
    if d.multi_node:
        out["compose.worker.yaml"] = DeployFile(compose.compose_worker(d), "compose")
    else:
        out["Dockerfile"] = DeployFile(dockerfile.dockerfile(d), "dockerfile")
    return out | (k8s.files(d) if d.stack.resource else {})
