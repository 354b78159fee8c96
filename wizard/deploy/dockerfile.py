"""Dockerfile: what is added to the pinned engine image, and nothing that the image already has."""

from __future__ import annotations

import json

from wizard.deploy.commands import CACHE, command, environment
from wizard.deploy.compose import health_words
from wizard.deploy.facts import Deployment


def dockerfile(d: Deployment) -> str:
    """Return a Dockerfile for hosts that run one container without compose or Kubernetes (Podman, ECS, Nomad)."""
    env = environment(d)
    start = [w for w in command(d) if not w.startswith("${")]
    lines = [
        "# For runtimes without compose or Kubernetes. The weights are mounted at /models, never baked in.",
        # The vendor's only tag of that path; pin-digests.sh pins it.
        *(["# hadolint ignore=DL3007"] if str(d.stack.image).endswith(":latest") else []),
        f"FROM {d.stack.image}", "USER 0",
        *(["COPY trtllm.yaml /config/trtllm.yaml"] if d.stack.engine == "tensorrt-llm" else []),
        f"RUN install -d -m 0770 -o {d.stack.uid} -g 0 {CACHE}", f"USER {d.stack.uid}:0",
        "ENV " + " \\\n    ".join(f"{k}={v}" for k, v in env.items()), f"VOLUME [{json.dumps(CACHE)}]", "EXPOSE 8000",
        f"HEALTHCHECK --start-period={d.startup_seconds}s --interval=30s --timeout=10s --retries=3 \\\n"
        f"    CMD {json.dumps(list(health_words(d)))}",
        "ENTRYPOINT []", f"CMD {json.dumps(_fixed(start))}", "",
    ]
    return "\n".join(lines)


def _fixed(words: list[str]) -> list[str]:
    # JSON form starts no shell, so a name cannot be left to the environment.
    return [w.split("${MODEL_FILE")[0] + "model.gguf" if "${MODEL_FILE" in w else w for w in words]
