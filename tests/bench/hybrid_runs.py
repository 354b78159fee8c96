"""Published runs with experts in the host's memory against the estimates: ``python -m tests.bench.hybrid_runs``.

``hybrid_runs.csv`` holds facts only, one run per line, from the pages that it names. Cores, channels and their speed
are those of one socket. ``channels_from`` says ``capacity`` where a page gives the memory's size and speed, and that
size takes equal modules on every channel of the processor. ``format`` is the catalogue's format nearest to the
published file in bits per weight. ``gpu_share`` is the share of the routed experts on the accelerators, blank where the
page leaves it to the memory. Lengths are blank where a page gives none, and :data:`SHORT` then. ``prompt_on`` says
where a prompt's experts were computed: sent over the ``bus``, or on the ``host`` by weights repacked for it. Runs are
left out whose page does not state the hardware, whose memory is too small, or that guess tokens ahead.

What was fitted: COPY_BANDWIDTH to the prompts sent over the bus, COMPUTE_SHARE to the two KTransformers prompts of 500
tokens, both bands to all ratios. No constant was fitted to a decode rate, but they decided against a bound per core.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from wizard.catalog.catalog import Catalog
from wizard.sizing.calibration import shipped
from wizard.sizing.device_columns import DeviceColumns
from wizard.sizing.formats import FORMATS
from wizard.sizing.model_columns import ModelColumns
from wizard.sizing.offload import EXPERTS_BAND, HOST_BANDWIDTH, PROMPT_BAND, Hybrid, host_columns, hybrid
from wizard.sizing.traffic import RUNTIMES, ServingInputs

TABLE = Path(__file__).with_suffix(".csv")
SHORT = 512.0, 128.0
"""Tokens of prompt and answer where a page gives none."""
_AMPLE = 4e12


@dataclass(frozen=True, slots=True)
class Run:
    """A published run and what the formulas say; ratios are published time per estimated time, NaN where unpublished.

    ``sent`` is whether the prompt's experts went over the bus, as the estimate takes it.
    """

    row: dict[str, str]
    found: Hybrid
    decode: float
    prompt: float
    sent: bool


@cache
def runs() -> tuple[Run, ...]:
    """Return all runs of the table, in its order.

    Raises:
        ValueError: an estimate says that a published run cannot be.
    """
    catalog = Catalog()
    with TABLE.open(encoding="utf-8", newline="") as f:
        return tuple(_run(row, catalog) for row in csv.DictReader(f))


def _run(row: dict[str, str], catalog: Catalog) -> Run:
    x = _inputs(row, catalog)
    bandwidth = float(row["channels"]) * float(row["mt_s"]) * 8e6 if row["channels"] else HOST_BANDWIDTH
    host = host_columns(_AMPLE, bandwidth, float(row["cores"]))
    found = hybrid(x, host, "experts", int(row["gpus"]), shipped(), float(row["gpu_share"] or 1))
    if found is None:
        raise ValueError(f"{row['machine']}: {row['model']} runs there, the estimate says it does not fit")
    prompt = float(x.prompt_tokens[0])
    return Run(
        row=row, found=found, sent=row["prompt_on"] == "bus",
        decode=1 / float(row["decode_tok_s"] or np.nan) / found.tpot,
        prompt=prompt / float(row["prompt_tok_s"] or np.nan) / found.ttft,
    )


def _inputs(row: dict[str, str], catalog: Catalog) -> ServingInputs:
    prompt, output = (float(row[name] or short) for name, short in zip(("prompt_tokens", "output_tokens"), SHORT,
                                                                      strict=True))
    return ServingInputs(
        model=ModelColumns.of(catalog.models[row["model"]]), device=DeviceColumns.of(catalog.accelerators[row["gpu"]]),
        weight_format=np.array([FORMATS.index(row["format"])]), kv_format=np.zeros(1, dtype=np.int64),
        engine=np.array([RUNTIMES.index("llama.cpp")]), prompt_tokens=np.array([prompt]),
        output_tokens=np.array([output]), concurrency=np.ones(1),
    )


def main() -> None:
    """Print a line per run, then quantiles."""
    for run in runs():
        row, h = run.row, run.found
        rates = f"decode {row['decode_tok_s']:>6s} estimated {1 / h.tpot:6.1f} ratio {run.decode:5.2f}"
        tokens = float(row["prompt_tokens"] or SHORT[0])
        prompts = f"prompt {row['prompt_tok_s']:>6s} on {row['prompt_on']:4s} estimated {tokens / h.ttft:7.1f}"
        _say(f"{row['machine']:20s} {row['gpus']} x {row['gpu']:20s} {row['engine']:13s} {row['model'][:34]:34s}"
             f" {row['published_format']:10s} {h.share:4.0%}  {rates}  {prompts} ratio {run.prompt:5.2f}")
    _say("\npublished time per estimated time: quantiles 5, 25, 50, 75, 95 %, and how many are in the band")
    _report("decode", runs(), lambda run: run.decode, EXPERTS_BAND)
    _report("prompts sent", (run for run in runs() if run.sent), lambda run: run.prompt, PROMPT_BAND)
    _report("prompts on the host", (run for run in runs() if run.row["prompt_on"] == "host"),
            lambda run: run.prompt, PROMPT_BAND)


def _report(name: str, some: Iterable[Run], ratio: Callable[[Run], float], band: tuple[float, float]) -> None:
    kept = [run for run in some if np.isfinite(ratio(run))]
    groups: dict[str, list[float]] = {}
    machines: dict[str, list[float]] = {}
    for run in kept:
        machines.setdefault(run.row["machine"], []).append(ratio(run))
        for key in ("all runs", run.row["engine"], f"{run.row['sockets']} socket(s)"):
            groups.setdefault(key, []).append(ratio(run))
    groups["machines (medians)"] = [float(np.median(values)) for values in machines.values()]
    for key, values in groups.items():
        inside = np.mean([band[0] <= value <= band[1] for value in values])
        quantiles = " ".join(f"{q:.2f}" for q in np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95]))
        _say(f"{name:20s} {key:20s} n={len(values):2d}  {quantiles}  {inside:.0%} in {band}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
