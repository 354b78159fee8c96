"""Is the text well formed? YAML without duplicate keys, JSON, shell, Python, nginx, systemd, plist, Dockerfile, env."""

from __future__ import annotations

import ast
import json
import os
import plistlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from typing import Any
from xml.parsers.expat import ExpatError

import yaml

from wizard.deploy.results import Fault, fault
from wizard.i18n import mark

SHELL_TIMEOUT_S = 10
_SECTIONS = {"[Unit]", "[Service]", "[Install]"}
_UNIT_KEYS = frozenset(
    ("Description", "After", "Wants", "Requires", "Documentation", "Type", "User", "Group", "WorkingDirectory",
     "EnvironmentFile", "Environment", "ExecStart", "ExecStartPre", "ExecStop", "Restart", "RestartSec",
     "TimeoutStartSec", "TimeoutStopSec", "LimitMEMLOCK", "NoNewPrivileges", "ProtectSystem", "ProtectHome",
     "PrivateTmp", "ReadWritePaths", "NotifyAccess", "WantedBy", "SupplementaryGroups")
)
_INSTRUCTIONS = frozenset(("FROM", "RUN", "USER", "ENV", "VOLUME", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD", "COPY",
                           "WORKDIR", "LABEL", "ARG"))


class _UniqueLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader to which a key that stands twice in one mapping is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"duplicate key {key!r}", key_node.start_mark)
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


def load_all(text: str) -> list[Any]:
    """Parse all YAML documents of a text.

    Raises:
        yaml.YAMLError: it is not YAML, or a key stands twice.
    """
    return list(yaml.load_all(text, Loader=_UniqueLoader))


def yaml_faults(text: str) -> Iterator[Fault]:
    """YAML parses and no key stands twice."""
    try:
        load_all(text)
    except (yaml.YAMLError, TypeError) as error:
        yield fault(mark("not valid YAML: {reason}"), reason=" ".join(str(error).split()))


def json_faults(text: str) -> Iterator[Fault]:
    """JSON parses."""
    try:
        json.loads(text)
    except ValueError as error:
        yield fault(mark("not valid JSON: {reason}"), reason=str(error))


def python_faults(text: str) -> Iterator[Fault]:
    """Python compiles (nothing is run)."""
    try:
        ast.parse(text)
    except (SyntaxError, ValueError) as error:
        yield fault(mark("not valid Python: {reason}"), reason=str(error))


@cache
def bash() -> str | None:
    """Return bash's path, if there is one; on Windows the name belongs to a launcher that may hold no bash."""
    return None if os.name == "nt" else shutil.which("bash")


def shell_faults(text: str) -> Iterator[Fault]:
    """The script begins with a shebang, stops at errors, and ``bash -n`` accepts it."""
    if not text.startswith("#!/usr/bin/env bash\n"):
        yield fault(mark("the first line does not name bash"))
    if "set -euo pipefail" not in text:
        yield fault(mark("the script goes on after an error: set -euo pipefail is missing"))
    program = bash()
    if program is None:
        return
    done = subprocess.run([program, "-n"], input=text, capture_output=True, text=True, timeout=SHELL_TIMEOUT_S,
                          check=False, encoding="utf-8")
    if done.returncode:
        yield fault(mark("bash does not accept it: {reason}"), reason=" ".join(done.stderr.split()))


def nginx_faults(text: str) -> Iterator[Fault]:
    """Braces balance and each directive ends."""
    depth = 0
    for number, raw in enumerate(text.splitlines(), 1):
        line = re.sub(r'"[^"]*"', "", raw.split("#", 1)[0] if raw.lstrip().startswith("#") else raw).strip()
        bare = re.sub(r"\([^)]*\)", "", line)
        depth += bare.count("{") - bare.count("}")
        if depth < 0 or (bare and bare[-1] not in ";{}"):
            yield fault(mark("line {number} does not end"), number=number)
            return
    if depth:
        yield fault(mark("a brace is not closed"))


def systemd_faults(text: str) -> Iterator[Fault]:
    """Known sections and keys; something is started."""
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("[") and line not in _SECTIONS:
            yield fault(mark("unknown section {name}"), name=line)
        elif not line.startswith(("[", "#")) and line.partition("=")[0] not in _UNIT_KEYS:
            yield fault(mark("unknown key {name}"), name=line.partition("=")[0])
    if "ExecStart=/" not in text:
        yield fault(mark("nothing is started: ExecStart with a full path is missing"))


def plist_faults(text: str) -> Iterator[Fault]:
    """A property list with a label and a program."""
    try:
        value = plistlib.loads(text.encode())
    except (ValueError, ExpatError) as error:
        yield fault(mark("not a property list: {reason}"), reason=str(error))
        return
    for key in ("Label", "ProgramArguments"):
        if key not in value:
            yield fault(mark("{name} is missing"), name=key)


def dockerfile_faults(text: str) -> Iterator[Fault]:
    """A pinned base, a user that is not root at the end, JSON forms that parse."""
    lines = [line for line in re.sub(r"\\\n\s*", " ", text).splitlines() if line.strip() and not line.startswith("#")]
    words = [line.split(None, 1)[0] for line in lines]
    if not words or words[0] != "FROM":
        yield fault(mark("the first instruction is not FROM"))
    yield from (fault(mark("unknown instruction {name}"), name=w) for w in words if w not in _INSTRUCTIONS)
    users = [line.split(None, 1)[1] for line in lines if line.startswith("USER ")]
    if not users or users[-1].split(":")[0] in ("0", "root"):
        yield fault(mark("it runs as root"))
    for line in lines:
        form = re.search(r"\bCMD (.*)$", line) if line.startswith(("HEALTHCHECK", "CMD")) else None
        if form:
            yield from (fault(mark("{name} is not in JSON form"), name=line.split()[0]) for _ in json_faults(form[1]))


def env_faults(text: str) -> Iterator[Fault]:
    """Lines of the form NAME=value, and no value for a secret."""
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
            yield fault(mark("not a setting: {line}"), line=line)
        if value and re.search(r"TOKEN|KEY$|SECRET|PASSWORD", name):
            yield fault(mark("{name} is a secret and has a value"), name=name)
