"""Start at boot without containers: a systemd unit on Linux, a launchd property list on a Mac."""

from __future__ import annotations

import plistlib

from wizard.deploy.facts import Deployment
from wizard.deploy.text import fill


def folder(d: Deployment) -> str:
    """Return where the bundle lies on a machine that runs it without containers."""
    return f"/usr/local/{d.name}" if d.stack.platform == "apple" else f"/opt/{d.name}"


def systemd(d: Deployment) -> str:
    """Return the unit that runs run.sh from ``/opt/<name>`` as a user of the same name."""
    return fill("service.unit", {"NAME": d.name, "USER": d.name[:31].rstrip("-"), "START": str(d.startup_seconds)})


def launchd(d: Deployment) -> str:
    """Return the property list for ``~/Library/LaunchAgents``; containers have no GPU on a Mac."""
    here = folder(d)
    return plistlib.dumps({
        "Label": f"local.{d.name}", "ProgramArguments": ["/bin/bash", f"{here}/run.sh"], "WorkingDirectory": here,
        "RunAtLoad": True, "KeepAlive": {"SuccessfulExit": False},
        "StandardOutPath": f"{here}/cache/engine.log", "StandardErrorPath": f"{here}/cache/engine.log",
        "EnvironmentVariables": {"MODEL_FILE": "model.gguf", "CACHE_DIR": f"{here}/cache"},
    }).decode()
