"""NEEDS files: YAML or JSON in, one validated value out, every complaint with its place and its mend."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from rapidfuzz import process

from wizard.complaints import problem, shown
from wizard.errors import InputError
from wizard.needs.needs import Needs

MAX_BYTES = 1_000_000
MAX_DEPTH = 32


class _UniqueKeys(yaml.CSafeLoader):
    """A safe loader that refuses a key given twice; YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable):
                if key in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key {key!r} is given twice", key_node.start_mark
                    )
                seen.add(key)
        return super().construct_mapping(node, deep)


def load_needs(path: Path) -> Needs:
    """Read a NEEDS file.

    Raises:
        InputError: it cannot be read, is no YAML or JSON, or holds a key or value that is not allowed.
    """
    return parse_needs(read_text(path), str(path))


def read_text(path: Path) -> str:
    """Read a small text file in UTF-8.

    Raises:
        InputError: it is missing, unreadable, too large, or no UTF-8 text.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InputError("the file has {size} bytes; needs have at most {most}", where=str(path),
                             size=size, most=MAX_BYTES)
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("the file is no UTF-8 text", where=str(path), mend="Save it as UTF-8.") from error
    except OSError as error:
        raise InputError("the file cannot be read ({reason})", where=str(path), mend="Check its name and permissions.",
                         reason=error.strerror or str(error)) from error


def _yaml(text: str) -> Any:
    """Read YAML that is nested no deeper than any needs: libyaml's composer recurses in C and would end the program."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise yaml.YAMLError
    return yaml.load(text, _UniqueKeys)  # noqa: S506 (safe)


def parse_needs(text: str, where: str = "") -> Needs:
    """Read needs from YAML or JSON text (JSON is YAML, but says more exactly where it breaks off)."""
    try:
        # JSON first: YAML would read 1e6 as text.
        data = json.loads(text) if text.lstrip().startswith("{") else _yaml(text)
    except json.JSONDecodeError as error:
        raise InputError("the JSON breaks off or is malformed: {problem}", where=f"{where}:{error.lineno}",
                         mend="Check quotes, commas and braces near column {column}.",
                         problem=error.msg, column=error.colno) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError("the YAML is malformed: {problem}", where=f"{where}:{line}",
                         mend="Check the indentation and quotes near that line.",
                         problem=error.problem or "unreadable") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise InputError("the file is neither YAML nor JSON", where=where,
                         mend="Start from `rackwright preset show S11`.") from error
    return needs_from(data, where)


def needs_from(data: object, where: str = "") -> Needs:
    """Validate plain data as needs."""
    if not isinstance(data, Mapping):
        raise InputError("needs are keys with values, not {found}", where=where,
                         mend="Start from `rackwright preset show S11`.",
                         found="nothing" if data is None else type(data).__name__)
    try:
        return Needs.model_validate(data)
    except ValidationError as error:
        raise _worded(error, where) from error


def dump_needs(needs: Needs) -> str:
    """Write needs as YAML with only what differs from the defaults, so that a reader sees what was asked."""
    data = needs.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return yaml.safe_dump({"schema": 1, **data}, allow_unicode=True, sort_keys=False, width=120)


def _worded(error: ValidationError, where: str) -> InputError:
    """Turn the first of pydantic's complaints into one of ours."""
    first = error.errors(include_url=False)[0]
    path = [str(part) for part in first["loc"]]
    place = ".".join(path)
    at = f"{where}: {place}" if where and place else where or place
    if first["type"] == "extra_forbidden":
        known = _keys_at(path[:-1])
        near = process.extractOne(path[-1], known, score_cutoff=55)
        return InputError("there is no key \"{key}\"", where=at, key=path[-1],
                          mend="Did you mean {near}?" if near else "Known keys: {known}.",
                          near=near[0] if near else "", known=", ".join(known))
    if not path:
        return InputError("{problem}", where=at, problem=problem(first))
    return InputError("{value} is not allowed: {problem}", where=at, problem=problem(first),
                      value=shown(first.get("input")))


def _keys_at(path: list[str]) -> list[str]:
    part: type[BaseModel] = Needs
    for key in path:
        annotation = part.model_fields[key].annotation
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return []
        part = annotation
    return [field.alias or name for name, field in part.model_fields.items()]
