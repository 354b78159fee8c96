"""Values become text here, and nowhere else: YAML by a safe dumper, shell by quoting, templates by marker."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import yaml

from wizard.paths import resource

Yaml = Mapping[str, Any]
_MARKER = re.compile(r"@@([A-Z_]+)@@")
_REFERENCES = re.compile(r"(?:[A-Za-z0-9./_=:,-]|\$\{[A-Z][A-Z0-9_]*(?::[?-][A-Za-z0-9 ./_=-]*)?\})+")
_SAFE_NAME = re.compile(r"[^A-Za-z0-9._-]+")


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """A safe dumper (LibYAML's where it is there) without anchors: people and schema checkers read the files."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


def dump_yaml(*documents: object) -> str:
    """Write documents as YAML, keys in the order given, each begun with ``---``."""
    return "".join(
        "---\n" + yaml.dump(_plain(d), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)
        for d in documents
    )


def dump_json(value: object) -> str:
    """Write a value as indented JSON with a closing newline."""
    return json.dumps(_plain(value), indent=2, ensure_ascii=False) + "\n"


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value


def slug(text: str, longest: int = 40) -> str:
    """Return a DNS label (RFC 1123) made of ``text``; ``model`` where nothing is left of it."""
    parts = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return parts[:longest].strip("-") or "model"


def file_name(text: str) -> str:
    """Return a file and served-model name made of ``text``: letters, digits, dot, dash, underscore."""
    return _SAFE_NAME.sub("-", text).strip("-.") or "model"


def shell_words(words: Iterable[str], indent: str = "  ") -> str:
    """Quote a command line, a flag with its value on each line."""
    lines: list[str] = []
    for word in words:
        if lines and not word.startswith("--"):
            lines[-1] += f" {shell_quote(word)}"
        else:
            lines.append(shell_quote(word))
    return f" \\\n{indent}".join(lines)


def shell_quote(word: str) -> str:
    """Quote a word, leaving our own ``${NAME}`` and ``${NAME:?text}`` references to the shell."""
    if "${" in word and _REFERENCES.fullmatch(word):
        return f'"{word}"'
    return shlex.quote(word)


@cache
def template(name: str) -> str:
    """Return the text of a shipped template."""
    return resource("templates", name).read_text(encoding="utf-8")


def fill(name: str, values: Mapping[str, str]) -> str:
    """Replace the ``@@NAME@@`` markers of a template; the values must already be quoted for its language.

    Raises:
        KeyError: the template has a marker without a value.
    """
    return _MARKER.sub(lambda m: values[m.group(1)], template(name))


def fill_shell(name: str, values: Mapping[str, object]) -> str:
    """Replace the markers of a shell template by quoted words."""
    return fill(name, {key: shell_quote(str(value)) for key, value in values.items()})
