"""What the reader of a plan must know before relying on it."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from wizard.catalog.architecture_layers import compress_ratios
from wizard.catalog.records import Model
from wizard.needs.needs import Needs
from wizard.planner.plan import Option, Reason
from wizard.planner.premises import DESK_KINDS, owned
from wizard.planner.requirements import ASSUMED_TPOT_MS, ASSUMED_TTFT_MS, assumes_no_speed
from wizard.planner.serving_plan import Context


def warnings_of(needs: Needs, model: Model, context: Context, option: Option | None) -> tuple[Reason, ...]:
    """Return warnings about the model, the hardware and the figures of the chosen option."""
    found = [*_model(needs, model), *_targets(needs)]
    if option is not None:
        found += [*_hardware(needs, context, option), *option.warnings]
    return tuple(found)


def _model(needs: Needs, model: Model) -> Iterator[Reason]:
    context = needs.max_context_tokens or needs.workload.context_tokens
    if model.max_context and context > model.max_context:
        yield _reason("context_beyond_model", asked=context, most=model.max_context, model=model.name)
    if compress_ratios(model) and needs.use_case == "inference":
        yield _reason("compressed_cache", model=model.name)
    if model.verified not in {"ok", ""}:
        yield _reason("architecture_unverified", model=model.name)


def _targets(needs: Needs) -> Iterator[Reason]:
    if assumes_no_speed(needs):
        return
    if needs.targets.ttft_ms is None:
        yield _reason("assumed_ttft", ttft_ms=ASSUMED_TTFT_MS)
    if needs.targets.tpot_ms is None:
        yield _reason("assumed_tpot", tpot_ms=ASSUMED_TPOT_MS)


def _hardware(needs: Needs, context: Context, option: Option) -> Iterator[Reason]:
    accelerator = context.catalog.accelerators[option.accelerator]
    if needs.training.precision == "fp8" and needs.use_case == "training" and not accelerator.fp8_tflops:
        yield _reason("no_fp8", accelerator=accelerator.name)
    if accelerator.status in {"legacy", "end_of_life"}:
        yield _reason("legacy_hardware", accelerator=accelerator.name)
    peaks = {"bandwidth_gb_s", "fp16_tflops", "memory_bytes", "fp8_tflops"}
    rough = sorted(peaks & set(accelerator.estimated))
    if rough:
        yield _reason("estimated_specs", accelerator=accelerator.name, fields=", ".join(rough))
    band = option.estimates.get("tpot_ms")
    if band is not None and band.high > 3 * band.low:
        yield _reason("wide_band", accelerator=accelerator.name)
    yield from late_targets(needs, option)
    weeks = needs.constraints.max_delivery_weeks
    system = context.catalog.systems.get(option.system or "")
    if weeks and system is not None and system.kind in DESK_KINDS and not needs.constraints.owned:
        yield _reason("delivery_unknown", system=system.name, weeks=weeks)
    mine = owned(needs, context.catalog).get(option.accelerator, 0)
    if mine and not option.cloud_sku:
        yield _reason("owned_used", used=option.accelerators, owned=mine, accelerator=accelerator.name)
    if option.replicas < 1:
        yield _reason("no_replica", accelerator=accelerator.name)


def late_targets(needs: Needs, option: Option) -> Iterator[Reason]:
    """Name a target that the mean keeps and the slowest of twenty requests does not, where the mean is promised."""
    if needs.targets.percentile is not None:
        return
    for name, target in (("ttft", needs.targets.ttft_ms), ("tpot", needs.targets.tpot_ms),
                         ("e2e", needs.targets.e2e_ms)):
        mean, late = (option.estimates.get(f"{name}_{part}_ms") for part in ("mean", "p95"))
        if target and mean and late and mean.value <= target < late.value:
            # The tail grows with the mean, so that a mean as much below the target keeps it for them too.
            yield _reason(f"late_{name}", target=target, late=late.value, stricter=target * mean.value / late.value)


def _reason(code: str, **fields: object) -> Reason:
    return Reason(code=code, fields=MappingProxyType(fields))
