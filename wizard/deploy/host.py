"""Start at boot without containers: a systemd unit on Linux, a launchd property list on a Mac."""

from __future__ import annotations

import plistlib

from wizard.deploy.facts import Deployment
from wizard.deploy.text import fill


def systemd(d: Deployment) -> str:
    """Return the unit that runs run.sh from ``/opt/<name>`` as a user of the same name."""
    return fill("service.unit", {"NAME": d.name, "USER": d.name[:31].rstrip("-"), "START": str(d.startup_seconds)})


def launchd(d: Deployment) -> str:
    """Return the property list for ``~/Library/LaunchAgents``; containers have no GPU on a Mac."""
    folder = f"/usr/local/{d.name}"
    return plistlib.dumps({
        "Label": f"local.{d.name}", "ProgramArguments": ["/bin/bash", f"{folder}/run.sh"], "WorkingDirectory": folder,
        "RunAtLoad": True, "KeepAlive": {"SuccessfulExit": False},
        "StandardOutPath": f"{folder}/cache/engine.log", "StandardErrorPath": f"{folder}/cache/engine.log",
        "EnvironmentVariables": {"MODEL_FILE": "model.gguf", "CACHE_DIR": f"{folder}/cache"},
    }).decode()
