"""Prometheus: what to scrape, and alerts whose thresholds are the plan's own promises."""

from __future__ import annotations

from typing import Any

from wizard.deploy.commands import METRICS_PATH, PORT
from wizard.deploy.compose import engine_names
from wizard.deploy.facts import Deployment
from wizard.deploy.k8s_overlays import QUEUE_METRIC
from wizard.deploy.text import dump_yaml

_CACHE_METRIC = {"vllm": "vllm:kv_cache_usage_perc", "sglang": "sglang:token_usage"}
_LATENCY_METRIC = {
    ("vllm", "ttft_ms"): "vllm:time_to_first_token_seconds",
    ("vllm", "tpot_ms"): "vllm:inter_token_latency_seconds",
    ("sglang", "ttft_ms"): "sglang:time_to_first_token_seconds",
    ("sglang", "tpot_ms"): "sglang:inter_token_latency_seconds",
}


def prometheus(d: Deployment) -> str:
    """Return prometheus.yml."""
    hosts = ["127.0.0.1"] if d.multi_node else list(engine_names(d))
    engines: dict[str, Any] = {"job_name": "engine", "metrics_path": METRICS_PATH.get(d.stack.engine, "/metrics"),
                               "static_configs": [{"targets": [f"{h}:{PORT}" for h in hosts]}]}
    if d.stack.engine == "llama.cpp":
        # Its /metrics asks for the key as well.
        engines["authorization"] = {"type": "Bearer", "credentials_file": "/run/secrets/api_key"}
    jobs = [engines]
    if d.stack.platform == "cuda":
        target = "127.0.0.1:9400" if d.multi_node else "dcgm-exporter:9400"
        jobs.append({"job_name": "dcgm", "static_configs": [{"targets": [target]}]})
    return dump_yaml({"global": {"scrape_interval": "15s", "evaluation_interval": "15s"},
                      "rule_files": ["rules.yml"], "scrape_configs": jobs})


def rules(d: Deployment) -> str:
    """Return rules.yml: down, queueing, cache full, slower than the slow end of the plan, hot or failing devices."""
    engine = d.stack.engine
    alerts = [_alert("EngineDown", 'up{job="engine"} == 0', "2m", "critical",
                     "An engine does not answer; see RUNBOOK.md.")]
    if engine in QUEUE_METRIC:
        alerts.append(_alert("RequestsQueue", f"sum({QUEUE_METRIC[engine]}) > {max(1, d.load // 10)}", "5m", "warning",
                             "Requests wait: more load than the plan was made for."))
    if engine in _CACHE_METRIC:
        alerts.append(_alert("KvCacheFull", f"max({_CACHE_METRIC[engine]}) > 0.95", "10m", "warning",
                             "The KV cache is nearly full; sequences will be preempted."))
    alerts += _latency(d)
    if d.stack.platform == "cuda":
        alerts.append(_alert("GpuXidError", "max by (gpu) (DCGM_FI_DEV_XID_ERRORS) > 0", "1m", "critical",
                             "The driver reported an XID error."))
    return dump_yaml({"groups": [{"name": d.name, "rules": alerts}]})


def _latency(d: Deployment) -> list[dict[str, Any]]:
    found = []
    for metric, title in (("ttft_ms", "FirstTokenSlow"), ("tpot_ms", "TokensSlow")):
        series, slow = _LATENCY_METRIC.get((d.stack.engine, metric)), d.slow(metric)
        if series is None or slow is None:
            continue
        quantile = f"histogram_quantile(0.5, sum by (le) (rate({series}_bucket[5m])))"
        found.append(_alert(title, f"{quantile} > {slow / 1000:.6g}", "15m", "warning",
                            f"The median is above the slow end of the plan ({slow:.6g} ms)."))
    return found


def _alert(name: str, expression: str, wait: str, severity: str, summary: str) -> dict[str, Any]:
    return {"alert": name, "expr": expression, "for": wait, "labels": {"severity": severity},
            "annotations": {"summary": summary}}
