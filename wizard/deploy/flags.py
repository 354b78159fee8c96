"""Engine flag tables, shipped as data, and the check of a command line against them without the engine.

A table holds names, types and choices of one named engine version (``resources/templates/flags``).
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from wizard.i18n import mark
from wizard.paths import resource

_COMMANDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("vllm-0.33.0", ("vllm", "serve")), ("sglang-0.5.23", ("python3", "-m", "sglang.launch_server")),
    ("trtllm-serve", ("trtllm-serve",)), ("llama-server", ("llama-server",)),
    ("llama-server", ("/app/llama-server",)), ("torchrun", ("torchrun",)),
)
_REFERENCE = re.compile(r"\$[({{]")
_OWN_ARGUMENTS = frozenset({"torchrun"})
"""Programs whose command line goes on with another program's arguments after the first word that is no flag."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag: ``type`` is ``flag``, ``int``, ``float`` or ``str``; no choices means any value."""

    type: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a command line: a message id and its fields."""

    what: str
    fields: Mapping[str, object]


@cache
def table(name: str) -> Mapping[str, Flag]:
    """Return the flags of a table by name, aliases and negations included."""
    data: dict[str, Any] = json.loads(resource("templates", "flags", f"{name}.json").read_text(encoding="utf-8"))
    return MappingProxyType({
        k: Flag(v["type"], tuple(v.get("choices", ()))) for k, v in data["flags"].items()
    })


def table_for(words: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
    """Return the table of the program that a command line starts, and the words after its name."""
    for name, start in _COMMANDS:
        if tuple(words[: len(start)]) == start:
            return name, tuple(words[len(start):])
    return None


def problems(words: Sequence[str]) -> tuple[Problem, ...]:
    """Check a command line; empty where it is right or starts a program that we have no table of."""
    found = table_for(words)
    if found is None:
        return ()
    name, rest = found
    return tuple(_walk(name, table(name), rest))


def _walk(name: str, flags: Mapping[str, Flag], words: Sequence[str]) -> Iterator[Problem]:
    position = 0
    while position < len(words):
        word, _, attached = words[position].partition("=")
        position += 1
        if not word.startswith("-") or _is_number(word):
            if name in _OWN_ARGUMENTS:
                return
            continue
        flag = flags.get(word)
        if flag is None:
            yield _problem(mark("{table} has no flag {flag}"), table=name, flag=word)
            continue
        if flag.type == "flag":
            continue
        value = attached
        if not attached:
            if position >= len(words) or (words[position].startswith("--") and not _is_number(words[position])):
                yield _problem(mark("{flag} needs a value"), flag=word)
                continue
            value = words[position]
            position += 1
        yield from _value(word, flag, value)


def _value(name: str, flag: Flag, value: str) -> Iterator[Problem]:
    if _REFERENCE.search(value):
        return
    if flag.choices and value not in flag.choices:
        yield _problem(mark("{flag} does not know {value}; it takes {choices}"), flag=name, value=value,
                       choices=", ".join(flag.choices))
    elif flag.type == "int" and not re.fullmatch(r"-?\d+", value):
        yield _problem(mark("{flag} takes a whole number, not {value}"), flag=name, value=value)
    elif flag.type == "float" and not _is_number(value):
        yield _problem(mark("{flag} takes a number, not {value}"), flag=name, value=value)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _problem(what: str, **fields: object) -> Problem:
    return Problem(what, MappingProxyType(fields))


def shell_commands(script: str) -> Iterator[tuple[str, ...]]:
    """Yield the command lines of a shell script that start a program we know."""
    for line in script.replace("\\\n", " ").splitlines():
        if line.lstrip().startswith("#"):
            continue
        try:
            words = shlex.split(line)
        except ValueError:
            continue
        while words and words[0] in ("exec", "srun"):
            words = words[1:]
        if table_for(words):
            yield tuple(w for w in words if w not in ("$@",))
