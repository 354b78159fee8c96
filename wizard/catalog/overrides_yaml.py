"""A user's own figures as YAML: the value of ``overrides`` in a NEEDS file, alone or under that key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from wizard.catalog.overrides import Overrides
from wizard.complaints import problem, shown
from wizard.errors import CatalogFault
from wizard.i18n import mark

MAX_DEPTH = 8


def read_yaml(path: Path, today: date) -> Overrides:
    """Read and validate; a price or rate without a date counts from ``today``.

    Raises:
        CatalogFault: the file is malformed or a value is not allowed; it says at which key.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = _load(text)
    except UnicodeDecodeError as error:
        raise CatalogFault(mark("the file is no UTF-8 text"), where=path.name,
                           mend=mark("Save it as UTF-8.")) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CatalogFault(mark("the YAML is malformed: {problem}"), where=f"{path.name}:{line}",
                           mend=mark("Check the indentation and quotes near that line."),
                           problem=error.problem or "unreadable") from error
    except (yaml.YAMLError, ValueError) as error:
        raise CatalogFault(mark("the file is neither YAML nor JSON"), where=path.name) from error
    data = data.get("overrides", data) if isinstance(data, Mapping) else data
    if not isinstance(data, Mapping) or not data:
        raise CatalogFault(mark("the file holds no own figures"), where=path.name)
    try:
        found = Overrides.model_validate(_dated(data, today))
    except ValidationError as error:
        raise _worded(error, path.name) from error
    dated = [(f"prices {price.part}", price.as_of) for price in found.prices]
    dated += [(f"rates {rate.currency}", rate.as_of) for rate in found.rates]
    for what, day in dated:
        if day > today:
            raise CatalogFault(mark("{date} lies in the future"), where=f"{path.name}: {what}", date=day.isoformat())
    return found


def _load(text: str) -> Any:
    """Read YAML without aliases (which may unfold without end) and without depth."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH or isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError
    return yaml.safe_load(text)


def _dated(data: Mapping[str, Any], today: date) -> dict[str, Any]:
    found = dict(data)
    for key in ("prices", "rates"):
        if isinstance(data.get(key), list):
            found[key] = [{"as_of": today} | row if isinstance(row, dict) else row for row in data[key]]
    return found


def _worded(error: ValidationError, name: str) -> CatalogFault:
    first = error.errors(include_url=False)[0]
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
    return CatalogFault(mark("{value} is not allowed: {problem}"), where=f"{name}: {place}" if place else name,
                        value=shown(first.get("input")), problem=problem(first))
