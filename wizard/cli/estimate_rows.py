"""Rows of ``rackwright estimate``: cases in, predictions out, both CSV.

A prediction answers one row and one metric. A row that cannot be answered gets a prediction without a value whose
``note`` says why, so that the output has something to say about every row of the input.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from wizard.errors import InputError, OutputError

COLUMNS = ("row", "metric", "value", "low", "high", "basis", "note")


@dataclass(frozen=True, slots=True)
class Prediction:
    """What we say about one measured figure.

    Attributes:
        row: 1-based data line of the input.
        metric: the metric of the row, or the name of the column that holds the truth.
        value: the estimate in the unit of that metric; ``None`` where there is no answer.
        low: lower end of the 90 % interval.
        high: upper end of the 90 % interval.
        basis: which formula and calibration gave it.
        note: why there is no answer, or what was assumed.
    """

    row: int
    metric: str
    value: float | None
    low: float | None
    high: float | None
    basis: str = ""
    note: str = ""


def unanswered(row: int, metric: str, note: str) -> Prediction:
    """Return the prediction of a row that cannot be answered, with the reason."""
    return Prediction(row, metric, None, None, None, "", note)


def read_cases(path: Path) -> list[dict[str, str]]:
    """Read the rows of a CSV; missing cells are empty texts, cells beyond the header are dropped.

    Raises:
        InputError: the file cannot be read, is not UTF-8 or has no header.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as f:
            reader = csv.DictReader(f, restval="", restkey="")
            if not reader.fieldnames:
                raise InputError(
                    "the file has no header line", where=str(path), mend="The first line names the columns.",
                )
            return [{k: v.strip() for k, v in row.items() if k} for row in reader]
    except FileNotFoundError as error:
        raise InputError("there is no such file", where=str(path)) from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            "the file cannot be read as CSV ({reason})", where=str(path), mend="Save it as CSV in UTF-8.",
            reason=str(error),
        ) from error


def write_predictions(predictions: Iterable[Prediction], out: TextIO) -> None:
    """Write predictions as CSV with the columns :data:`COLUMNS`."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for p in predictions:
        numbers = (_text(n) for n in (p.value, p.low, p.high))
        writer.writerow([p.row, p.metric, *numbers, p.basis, p.note])


def save_predictions(predictions: Iterable[Prediction], path: Path) -> None:
    """Write predictions to a file, whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    beside = path.with_name(path.name + ".part")
    try:
        with beside.open("w", newline="", encoding="utf-8") as f:
            write_predictions(predictions, f)
        beside.replace(path)
    except OSError as error:
        raise OutputError("the file cannot be written ({reason})", where=str(path), reason=str(error)) from error


def number(row: dict[str, str], column: str) -> float | None:
    """Return the number in a cell; ``None`` if it is missing, blank, not a number or not finite."""
    try:
        value = float(row.get(column, "").replace(",", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def numbered(rows: Iterable[dict[str, str]]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield rows with their 1-based number."""
    yield from enumerate(rows, start=1)


def _text(value: float | None) -> str:
    return "" if value is None or not math.isfinite(value) else f"{value:.10g}"
