"""compose.yaml: engine, gateway and (as a profile) monitoring on one machine; a second file for worker machines."""

from __future__ import annotations

from typing import Any

from wizard.deploy.commands import CACHE, MASTER_PORT, PORT, command, environment
from wizard.deploy.facts import Deployment, Role
from wizard.deploy.stacks import DCGM_IMAGE, GATEWAY_IMAGE, PROMETHEUS_IMAGE
from wizard.deploy.text import dump_yaml

_LOGS = {"driver": "json-file", "options": {"max-size": "50m", "max-file": "5"}}
_LOCKED: dict[str, Any] = {
    "read_only": True, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"], "restart": "unless-stopped",
    "logging": _LOGS,
}
_ASCEND_DEVICES = ("/dev/davinci_manager", "/dev/devmm_svm", "/dev/hisi_hdc")
_ASCEND_MOUNTS = ("/usr/local/dcmi", "/usr/local/bin/npu-smi", "/usr/local/Ascend/driver/lib64",
                  "/usr/local/Ascend/driver/version.info", "/etc/ascend_install.info")


def compose(d: Deployment) -> str:
    """Return compose.yaml: each replica of this machine, the gateway before them, monitoring on demand."""
    names = engine_names(d)
    services: dict[str, Any] = {
        name: engine_service(d, index, "head" if d.multi_node else "single") for index, name in enumerate(names)
    }
    services["gateway"] = _gateway(d, names)
    services["prometheus"] = _prometheus(d)
    if d.stack.platform == "cuda":
        services["dcgm-exporter"] = _dcgm(d)
    document: dict[str, Any] = {"name": d.name, "services": services}
    if not d.multi_node:
        document["networks"] = {"inside": {"internal": True}, "front": {}}
    document["secrets"] = {
        "api_key": {"file": "./secrets/api_key"}, "gateway_keys": {"file": "./secrets/gateway-keys.conf"},
    }
    return dump_yaml(document)


def compose_worker(d: Deployment) -> str:
    """Return compose.worker.yaml for the further machines of a replica that spans several."""
    document = {"name": d.name, "services": {"engine-worker": engine_service(d, 0, "worker")}}
    if d.stack.engine == "llama.cpp":
        document["secrets"] = {"api_key": {"file": "./secrets/api_key"}}
    return dump_yaml(document)


def engine_names(d: Deployment) -> tuple[str, ...]:
    """Return the service names of this machine's replicas."""
    return tuple(f"engine-{i}" for i in range(d.replicas_on_node))


def engine_service(d: Deployment, index: int, role: Role) -> dict[str, Any]:
    """Return one engine as a compose service: locked down, its devices and nothing else."""
    # A machine's own network carries the traffic between machines, so the API must not listen on all of it.
    host = "127.0.0.1" if d.multi_node else "0.0.0.0"  # noqa: S104
    service: dict[str, Any] = {
        "image": d.stack.image, "entrypoint": [], "command": list(command(d, role, host)),
        "environment": environment(d) | _multi_node_environment(d), "user": f"{d.stack.uid}:0", **_LOCKED,
        "init": True, "tmpfs": ["/tmp:mode=1777,exec"], "shm_size": f"{d.shm_gib}gb",  # noqa: S108
        "volumes": [
            {"type": "bind", "source": "${MODEL_DIR:-./models}", "target": "/models", "read_only": True},
            {"type": "bind", "source": f"${{CACHE_DIR:-./cache}}/{index}", "target": CACHE},
        ],
        "stop_grace_period": "60s",
    }
    if d.stack.engine in ("vllm", "llama.cpp"):
        key = {"env_file": ["./secrets/engine.env"]} if d.stack.engine == "vllm" else {"secrets": ["api_key"]}
        service |= key
    if d.stack.engine == "tensorrt-llm":
        service["volumes"].append(
            {"type": "bind", "source": "./trtllm.yaml", "target": "/config/trtllm.yaml", "read_only": True}
        )
    if role != "worker":
        service["healthcheck"] = _health(d)
    service |= {"network_mode": "host"} if d.multi_node else {"networks": ["inside"]}
    return _with_devices(d, service, index)


def _health(d: Deployment) -> dict[str, Any]:
    return {
        "test": ["CMD", *health_words(d)], "interval": "30s", "timeout": "10s", "retries": 3,
        "start_period": f"{d.startup_seconds}s",
    }


def health_words(d: Deployment) -> tuple[str, ...]:
    """Return the health probe as words: what the image surely has, curl for llama.cpp, Python for the others."""
    url = f"http://127.0.0.1:{PORT}/health"
    if d.stack.engine == "llama.cpp":
        return ("curl", "--fail", "--silent", url)
    return ("python3", "-c", f"import urllib.request; urllib.request.urlopen('{url}', timeout=5)")


def _multi_node_environment(d: Deployment) -> dict[str, str]:
    if not d.multi_node:
        return {}
    interface = "${NCCL_SOCKET_IFNAME:?set NCCL_SOCKET_IFNAME in .env}"
    env = {"NCCL_SOCKET_IFNAME": interface, "MASTER_PORT": str(MASTER_PORT),
           "GLOO_SOCKET_IFNAME": "${GLOO_SOCKET_IFNAME:?set GLOO_SOCKET_IFNAME in .env}"}
    if d.stack.engine == "vllm":
        env["VLLM_HOST_IP"] = "${HOST_IP:?set HOST_IP in .env}"
    return env


def _with_devices(d: Deployment, service: dict[str, Any], index: int) -> dict[str, Any]:
    platform = d.stack.platform
    first = index * d.devices_on_node
    own = range(first, first + d.devices_on_node)
    if platform == "cuda":
        ids = [f"${{MIG_DEVICE_{index}:?set MIG_DEVICE_{index} in .env}}"] if d.mig else [str(i) for i in own]
        service["deploy"] = {"resources": {"reservations": {
            "devices": [{"driver": "nvidia", "device_ids": ids, "capabilities": ["gpu"]}]}}}
    elif platform == "jetson":
        service["runtime"] = "nvidia"
    elif platform == "rocm":
        service |= {"devices": ["/dev/kfd", "/dev/dri"], "group_add": ["${VIDEO_GID:-44}", "${RENDER_GID:-109}"]}
        service["environment"]["HIP_VISIBLE_DEVICES"] = ",".join(map(str, own))
    elif platform == "ascend":
        service["devices"] = [f"/dev/davinci{i}" for i in own] + list(_ASCEND_DEVICES)
        service["volumes"] += [{"type": "bind", "source": p, "target": p, "read_only": True} for p in _ASCEND_MOUNTS]
        service["group_add"] = ["${HWHIAIUSER_GID:-1000}"]
    elif platform == "gaudi":
        service["runtime"] = "habana"
        service["environment"] |= {"HABANA_VISIBLE_DEVICES": ",".join(map(str, own)),
                                   "OMPI_MCA_btl_vader_single_copy_mechanism": "none"}
        service["cap_add"] = ["SYS_NICE"]
    elif platform == "intel":
        service |= {"devices": ["/dev/dri"], "group_add": ["${VIDEO_GID:-44}", "${RENDER_GID:-109}"]}
    elif platform == "musa":
        service["runtime"] = "mthreads"
        service["environment"]["MTHREADS_VISIBLE_DEVICES"] = ",".join(map(str, own))
    if d.multi_node:
        service["devices"] = [*service.get("devices", []), "/dev/infiniband"]
        service |= {"cap_add": ["IPC_LOCK"], "ulimits": {"memlock": -1, "stack": 67108864}}
    return service


def _gateway(d: Deployment, engines: tuple[str, ...]) -> dict[str, Any]:
    bind = "${GATEWAY_BIND:-127.0.0.1}:${GATEWAY_PORT:-8443}:8443"
    service: dict[str, Any] = {
        "image": GATEWAY_IMAGE, **_LOCKED, "tmpfs": ["/tmp:mode=1777"],  # noqa: S108
        "volumes": [
            {"type": "bind", "source": "./gateway/nginx.conf", "target": "/etc/nginx/nginx.conf", "read_only": True},
            {"type": "bind", "source": "./gateway/upstreams.conf", "target": "/etc/nginx/upstreams.conf",
             "read_only": True},
            {"type": "bind", "source": "./gateway/tls", "target": "/etc/nginx/tls", "read_only": True},
        ],
        "secrets": ["gateway_keys"], "user": "${GATEWAY_UID:-101}:0",
        "depends_on": {name: {"condition": "service_healthy"} for name in engines},
    }
    if d.multi_node:
        return service | {"network_mode": "host"}
    return service | {"ports": [bind], "networks": ["inside", "front"]}


def _prometheus(d: Deployment) -> dict[str, Any]:
    service: dict[str, Any] = {
        "image": PROMETHEUS_IMAGE, **_LOCKED, "profiles": ["monitoring"], "user": "65534:0",
        "command": ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus",
                    "--web.listen-address=127.0.0.1:9090" if d.multi_node else "--web.listen-address=:9090"],
        "volumes": [
            {"type": "bind", "source": "./monitoring", "target": "/etc/prometheus", "read_only": True},
            {"type": "bind", "source": "${PROMETHEUS_DIR:-./cache/prometheus}", "target": "/prometheus"},
        ],
        "secrets": ["api_key"],
    }
    if d.multi_node:
        return service | {"network_mode": "host"}
    return service | {"ports": ["127.0.0.1:9090:9090"], "networks": ["inside", "front"]}


def _dcgm(d: Deployment) -> dict[str, Any]:
    network: dict[str, Any] = {"network_mode": "host"} if d.multi_node else {"networks": ["inside"]}
    return {
        "image": DCGM_IMAGE, **{k: v for k, v in _LOCKED.items() if k != "read_only"}, "cap_add": ["SYS_ADMIN"],
        "profiles": ["monitoring"], **network,
        "deploy": {"resources": {"reservations": {
            "devices": [{"driver": "nvidia", "count": "all", "capabilities": ["gpu"]}]}}},
    }
