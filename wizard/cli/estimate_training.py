"""``rackwright estimate training-memory`` and ``training-speed``: rows in, predictions out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

import numpy as np

from wizard.catalog.catalog import Catalog
from wizard.cli.estimate_rows import Prediction, numbered, unanswered
from wizard.sizing.cases import Floats
from wizard.sizing.device_columns import default_network
from wizard.sizing.training_calibration import TrainingCalibration, training_calibration
from wizard.sizing.training_columns import (
    capacities,
    devices_of,
    efficiency_cases,
    run_columns,
    runnable_precision,
)
from wizard.sizing.training_efficiency import band, efficiency, layer_seconds
from wizard.sizing.training_memory import size_memory
from wizard.sizing.training_rows import Run, read_run
from wizard.sizing.training_speed import peak_flops, speed_columns, step_times
from wizard.units import GIB

MEMORY_METRIC = "measured_peak_gib_per_gpu"
SPEED_METRIC = "tokens_per_s_per_gpu"
FULL_DEVICE = 0.985
"""A run that was measured did run: its peak is below what the device has."""

CHUNK = 4096
Row = dict[str, str]
Answer = tuple[Floats, Floats, Floats, list[str]]


def predict_memory(rows: Iterable[Row], catalog: Catalog) -> Iterator[Prediction]:
    """Yield the peak memory per device of each row's training run, in GiB."""
    yield from _predict(rows, catalog, MEMORY_METRIC, _memory, needs_device=False)


def predict_speed(rows: Iterable[Row], catalog: Catalog) -> Iterator[Prediction]:
    """Yield the tokens per second and device of each row's training run."""
    yield from _predict(rows, catalog, SPEED_METRIC, _speed, needs_device=True)


def _predict(
    rows: Iterable[Row], catalog: Catalog, metric: str, size: Callable[[list[Run], TrainingCalibration], Answer],
    *, needs_device: bool,
) -> Iterator[Prediction]:
    calibration = training_calibration()
    source = numbered(rows)
    while chunk := list(islice(source, CHUNK)):
        read = {number: _read(number, row, catalog, needs_device=needs_device) for number, row in chunk}
        runs = [r for r in read.values() if isinstance(r, Run)]
        answers = _by_row(runs, metric, size(runs, calibration)) if runs else {}
        for number, result in read.items():
            yield answers[number] if isinstance(result, Run) else unanswered(number, metric, result)


def _read(number: int, row: Row, catalog: Catalog, *, needs_device: bool) -> Run | str:
    run = read_run(number, row, catalog)
    if isinstance(run, Run) and needs_device and run.device is None:
        return f"no accelerator is called \"{row.get('gpu', '')}\""
    return run


def _by_row(runs: list[Run], metric: str, answer: Answer) -> Mapping[int, Prediction]:
    found = {}
    for run, value, low, high, basis in zip(runs, *answer, strict=True):
        if np.isfinite(value) and value > 0:
            note = "; ".join(run.assumed)
            found[run.row] = Prediction(run.row, metric, float(value), float(low), float(high), basis, note)
        else:
            found[run.row] = unanswered(run.row, metric, "the device's peak or bandwidth is not known")
    return found


def _memory(runs: list[Run], calibration: TrainingCalibration) -> Answer:
    """Each kind of software and measurement has its own overheads, so it is sized on its own."""
    columns, capacity = run_columns(runs), capacities(runs)
    value, low, high = (np.zeros(len(runs)) for _ in range(3))
    basis = [f"{r.stack}/{r.measured_as}" for r in runs]
    cells = np.array([b if b in calibration.memory else "plan" for b in basis])
    for cell in np.unique(cells):
        at = cells == cell
        sized = size_memory(
            columns.shape.take(at), columns.layout.take(at), columns.how.take(at), capacity[at],
            calibration.memory[str(cell)],
        )
        limit = FULL_DEVICE * capacity[at] / GIB
        value[at] = np.minimum(sized.total, limit)
        low[at], high[at] = np.minimum(sized.low, value[at]), np.minimum(sized.high, limit / FULL_DEVICE)
    return value, low, high, [f"states + activations + overhead, {c}" for c in cells]


def _speed(runs: list[Run], calibration: TrainingCalibration) -> Answer:
    columns, device = run_columns(runs), devices_of(runs)
    how = runnable_precision(columns.how, device)
    case = efficiency_cases(runs, device)
    times = step_times(columns.shape, columns.layout, how, device, default_network(device))
    share = efficiency(case, columns.shape, columns.layout, how, calibration.speed)
    low, high = band(case, columns.shape, how, calibration.speed)
    host = layer_seconds(case, columns.shape, columns.layout, how, calibration.speed)
    sized = speed_columns(
        times, columns.layout, peak_flops(device, how), share, host, low, high, np.full(len(runs), np.nan)
    )
    rate = sized.tokens_s
    return rate.value, rate.low, rate.high, [f"step time, {r.software}" for r in runs]
