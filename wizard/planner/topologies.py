"""Other ways to lay out the hardware of an option: prefill and decode on accelerators of their own."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

import numpy as np

from wizard.catalog.records import Model
from wizard.needs.needs import Needs
from wizard.planner.candidates import Candidates, serving_inputs
from wizard.planner.plan import Fact, Option
from wizard.planner.requirements import speed_targets
from wizard.planner.serving_plan import Context
from wizard.planner.traffic import beside
from wizard.sizing.bands import METRICS
from wizard.sizing.cases import ENGINES, KV_FORMATS, WEIGHT_FORMATS
from wizard.sizing.device_columns import DeviceColumns
from wizard.sizing.disaggregation import NIC_BYTES_S, best_split
from wizard.sizing.traffic import ServingInputs

WORTH = 1.05
"""A split is named as better from five per cent more requests on: below, the estimates cannot tell."""


def option_inputs(needs: Needs, model: Model, context: Context, option: Option, users: int) -> ServingInputs:
    """Return the engine's inputs of one replica of an option, with ``users`` places."""
    layout = option.parallel
    values = (0, layout.tp, layout.pp, layout.dp, layout.ep, layout.dcp, WEIGHT_FORMATS.index(option.weight_precision),
              KV_FORMATS.index(option.kv_precision), ENGINES.index(option.engine), users)
    devices = DeviceColumns.of(context.catalog.accelerators[option.accelerator])
    one = Candidates(*(np.array([value], dtype=np.int64) for value in values))
    return serving_inputs(needs, model, devices, one, context.year, beside(needs, model, context.catalog).columns)


def disaggregation(needs: Needs, model: Model, context: Context, option: Option) -> Iterator[Fact]:
    """Say what the option's accelerators would do split into prefill and decode workers, where there are two or more
    replicas of a server's engine."""
    if option.replicas < 2 or option.engine == "llama.cpp" or option.mig_profile:
        return
    each = option.parallel.devices
    users = option.batch * option.replicas
    x = option_inputs(needs, model, context, option, users)
    link, stated = _link(needs, context, option)
    ttft, tpot, _ = (np.inf if limit is None else limit / 1e3 for limit in speed_targets(needs))
    found = best_split(x, option.replicas * each, context.calibration, ttft, tpot, link)
    together = option.estimates["requests_s"].value
    fields = {"devices": each, "link": link / 1e9, "stated_label": "stated" if stated else "assumed",
              "together": together}
    if found is None:
        yield _fact("disaggregation_misses", **fields)
        return
    first, then, split = found
    rate = float(split.requests[0])
    yield _fact("disaggregation_pays" if rate >= WORTH * together else "disaggregation_even", **fields,
                prefill=first, decode=then, requests=rate, ttft=float(split.ttft[0]) * 1e3,
                tpot=float(split.tpot[0]) * 1e3, transfer=float(split.transfer[0]) * 1e3,
                other_ttft=option.estimates["ttft_ms"].value, other_tpot=option.estimates["tpot_ms"].value)


def own_measurements(needs: Needs, model: Model, context: Context, option: Option) -> Iterator[Fact]:
    """Say how far the user's own measurements moved the option's speed, and what is left of the band."""
    own = context.calibration.own
    x = option_inputs(needs, model, context, option, option.batch)
    if not own.knows(x)[0]:
        return
    tpot = np.full(1, METRICS.index("tpot"))
    yield _fact("own_measurements", rows=len(needs.overrides.measurements), accelerator=option.accelerator_name,
                engine=option.engine, change=round(100 * float(np.expm1(own.shift(x, tpot)[0])), 1),
                width=round(100 * float(own.width(x, tpot)[0])))


def _link(needs: Needs, context: Context, option: Option) -> tuple[float, bool]:
    """Return bytes per second and accelerator, and whether the user stated them: the scale-up link where it reaches
    all of the option's accelerators, else one network port each."""
    if needs.constraints.kv_link_gb_s:
        return needs.constraints.kv_link_gb_s * 1e9, True
    device = DeviceColumns.of(context.catalog.accelerators[option.accelerator])
    reaches = option.accelerators <= max(float(device.domain[0]), 1.0)
    return (float(device.link_bandwidth[0]) if reaches else NIC_BYTES_S), False


def _fact(code: str, **fields: object) -> Fact:
    return Fact(code=code, fields=MappingProxyType(fields))
