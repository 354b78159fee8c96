"""``rackwright calibrate``: what own measurements say of the estimates, and a file that takes them along."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import yaml

from wizard.catalog.catalog import Catalog
from wizard.catalog.measurements import OwnMeasurement, is_measurements, read_measurements
from wizard.catalog.sheets import sheet_rows
from wizard.errors import InputError, OutputError
from wizard.i18n import Translator
from wizard.sizing.calibration import shipped
from wizard.sizing.model_columns import architecture_key, stable_key
from wizard.sizing.own import DECODE, Offset
from wizard.sizing.own_rows import Understood, own_of, understand
from wizard.sizing.traffic import RUNTIMES
from wizard.words import number

SUFFIXES = (".csv", ".xlsx")


def calibrate(path: Path, out: Path | None, tr: Translator) -> int:
    """Say per hardware, engine and model what the rows teach; write them as own figures where ``out`` is given.

    Raises:
        InputError: the file is no table of measurements, or a row is wrong; it says which row and column.
        OutputError: ``out`` cannot be written.
    """
    if path.suffix.lower() not in SUFFIXES or not path.is_file():
        raise InputError("there is no such table of measurements", where=str(path), mend="Give a CSV or XLSX file.")
    rows = list(sheet_rows(path))
    if not is_measurements(rows):
        raise InputError("the table has no columns {columns}", where=str(path), columns="model, gpu, metric, value")
    measured = read_measurements(rows)
    catalog = Catalog()
    found = [understand(one.row, row.where, catalog) for one, row in zip(measured, rows, strict=True)]
    for line in _report(found, tr):
        sys.stdout.write(line + "\n")
    if out is not None:
        _write(measured, out)
        sys.stdout.write(tr("Written to {folder}", folder=out) + "\n")
    return 0


def _report(rows: list[Understood], tr: Translator) -> list[str]:
    settings = [row.setting for row in rows]
    devices = {stable_key(s.accelerator.id): s.accelerator.name for s in settings}
    models = {architecture_key(s.model): s.model.name for s in settings}
    own = own_of(shipped(), rows)
    return [_line(offset, devices, models, tr) for offset in own.offsets]


def _line(offset: Offset, devices: dict[int, str], models: dict[int, str], tr: Translator) -> str:
    return tr(
        "{device}, {engine}, {model}: {rows} rows, {speed} {change} % against the estimate, band {width} % as wide",
        device=devices[offset.device], engine=RUNTIMES[offset.engine],
        model=models[offset.model] if offset.model else tr("any model"), rows=offset.rows,
        speed=tr("decoding") if offset.speed == DECODE else tr("prompts"),
        change=f"{100 * (np.exp(offset.shift) - 1):+.1f}", width=number(tr, round(100 * offset.width)),
    )


def _write(measured: tuple[OwnMeasurement, ...], out: Path) -> None:
    kept = [one.model_dump(exclude_defaults=True) for one in measured]
    text = yaml.safe_dump({"measurements": kept}, allow_unicode=True, sort_keys=False)
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError("the file cannot be written ({reason})", where=str(out),
                          reason=error.strerror or str(error)) from error
