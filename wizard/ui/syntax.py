"""Which parts of a line of a file are keys, strings, numbers, words of the language or comments. No Qt.

A help for reading, not a parser: one line at a time, and what it does not know stays plain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal, TypeAlias

Role: TypeAlias = Literal["comment", "string", "number", "key", "word", "title"]
Span: TypeAlias = tuple[int, int, Role]

LONGEST = 2000
"""Characters of a line that are looked at; longer ones are data."""

_STRING = r"""(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_NUMBER = r"(?P<number>(?<![\w.])-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.]))"
_HASH = r"(?P<comment>(?:^|(?<=\s))#.*$)"
_SHELL_WORDS = (
    r"(?P<word>\b(?:if|then|else|elif|fi|for|while|do|done|in|case|esac|function|exec|export|local|set|exit)\b)"
)
_PYTHON_WORDS = (
    r"(?P<word>\b(?:and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|if|import"
    r"|in|is|lambda|not|or|pass|raise|return|try|while|with|yield|None|True|False)\b)"
)
_RULES: Mapping[str, str] = MappingProxyType({
    "yaml": rf"{_HASH}|(?P<key>^\s*(?:- )*[\w./$\"'{{}}-]+(?=\s*:(?:\s|$)))|{_STRING}|{_NUMBER}"
            r"|(?P<word>\b(?:true|false|null)\b)",
    "json": rf'(?P<key>"(?:[^"\\]|\\.)*"(?=\s*:))|{_STRING}|{_NUMBER}|(?P<word>\b(?:true|false|null)\b)',
    "shell": rf"{_HASH}|{_STRING}|(?P<key>\$\{{[^}}]*\}}|\$\w+|^\s*\w+(?==))|{_SHELL_WORDS}|{_NUMBER}",
    "python": rf"(?P<comment>#.*$)|{_STRING}|{_PYTHON_WORDS}|(?P<key>(?<=def )\w+|(?<=class )\w+|^\s*@[\w.]+)"
              rf"|{_NUMBER}",
    "nginx": rf"{_HASH}|{_STRING}|(?P<key>\$\w+)|(?P<word>^\s*\w+(?=\s|;))|{_NUMBER}",
    "systemd": r"(?P<comment>^[#;].*$)|(?P<title>^\[.*\]$)|(?P<key>^\w+(?==))",
    "dockerfile": rf"{_HASH}|(?P<word>^[A-Z]+\b)|{_STRING}|(?P<key>\$\{{[^}}]*\}}|\$\w+)",
    "env": r"(?P<comment>^#.*$)|(?P<key>^\w+(?==))",
    "launchd": r"(?P<comment><!--.*?-->)|(?P<key></?[\w?!][^>]*>)",
    "markdown": r"(?P<title>^#{1,6} .*$)|(?P<key>`[^`]+`)|(?P<word>\*\*[^*]+\*\*)|(?P<string>^```.*$)",
    "csv": rf'(?P<string>"(?:[^"]|"")*")|{_NUMBER}',
})
_SAME = {"compose": "yaml", "k8s": "yaml"}


@cache
def _pattern(kind: str) -> re.Pattern[str] | None:
    rule = _RULES.get(_SAME.get(kind, kind))
    return re.compile(rule) if rule else None


def spans(kind: str, line: str) -> Iterator[Span]:
    """Yield start, length and role of what stands out in one line of a file of that kind."""
    pattern = _pattern(kind)
    if pattern is None:
        return
    for match in pattern.finditer(line[:LONGEST]):
        role: Role = match.lastgroup  # type: ignore[assignment]  # the groups bear the names of the roles
        if match.end() > match.start():
            yield match.start(), match.end() - match.start(), role
