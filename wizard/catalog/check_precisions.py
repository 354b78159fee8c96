"""Do the peak rates of an accelerator fit each other, its siblings, and what its silicon can do at all?

The traps are the usual ones: a number with 2:4 sparsity (twice the dense one), a dense number halved once more, and a
precision that the architecture does not have.
"""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

from wizard.catalog.findings import Findings, Place
from wizard.catalog.records import Accelerator

_LACKS: dict[str, tuple[str, ...]] = {
    "Maxwell": ("tf32_tflops", "fp8_tflops", "fp4_tflops", "bf16"),
    "Pascal": ("tf32_tflops", "fp8_tflops", "fp4_tflops", "bf16"),
    "Volta": ("tf32_tflops", "fp8_tflops", "fp4_tflops", "bf16"),
    "Turing": ("tf32_tflops", "fp8_tflops", "fp4_tflops", "bf16"),
    "Ampere": ("fp8_tflops", "fp4_tflops"),
    "Ada Lovelace": ("fp4_tflops",),
    "Hopper": ("fp4_tflops",),
    "CDNA": ("tf32_tflops", "fp8_tflops", "fp4_tflops"),
    "CDNA2": ("tf32_tflops", "fp8_tflops", "fp4_tflops"),
    "CDNA3": ("fp4_tflops",),
    "CDNA4": ("tf32_tflops",),
    "RDNA2": ("tf32_tflops", "fp8_tflops", "fp4_tflops", "bf16"),
    "RDNA3": ("tf32_tflops", "fp8_tflops", "fp4_tflops"),
    "RDNA3.5": ("tf32_tflops", "fp8_tflops", "fp4_tflops"),
    "RDNA4": ("tf32_tflops", "fp4_tflops"),
    "DaVinci": ("tf32_tflops", "fp8_tflops", "fp4_tflops"),
    "Xe-HPG (Alchemist)": ("fp8_tflops", "fp4_tflops"),
    "Xe2 (Battlemage)": ("fp8_tflops", "fp4_tflops"),
    "Ponte Vecchio": ("fp8_tflops", "fp4_tflops"),
    "M1": ("tf32_tflops", "fp8_tflops", "fp4_tflops", "bf16"),
}
"""What an architecture has no hardware for (architecture white papers of the makers)."""

_RATIOS = (
    ("fp16_tflops", "tf32_tflops", ((0.95, 1.05), (1.9, 2.1))),
    ("fp8_tflops", "fp16_tflops", ((0.95, 1.05), (1.85, 2.1))),
    ("int8_tops", "fp16_tflops", ((0.02, 0.1), (0.95, 1.05), (1.85, 2.1), (3.9, 4.1))),
    ("fp4_tflops", "fp8_tflops", ((0.95, 1.05), (1.85, 2.1), (2.9, 3.2), (3.9, 4.1))),
)
_OWN_RATIOS = frozenset({"Wormhole", "Blackhole", "NeuronCore-v4", "Hexagon", "MLUarch03", "Gaudi"})
"""Architectures whose rates do not double from precision to precision (vendors' own sheets)."""

_CUT = frozenset({"a10g", "l20", "l40", "h20_96", "h20_141", "mi308x", "rtx_5090d", "rtx_5090d_v2"})
"""Parts whose matrix rate was cut below that of their siblings on purpose."""

_SIBLINGS = 3


def check_precisions(accelerators: Iterable[Accelerator]) -> Findings:
    """Yield what is wrong with peak rates."""
    groups: dict[tuple[str, ...], list[Accelerator]] = {}
    for accelerator in accelerators:
        place = Place("accelerators.csv", accelerator.id)
        yield from _lacking(place, accelerator)
        if accelerator.architecture not in _OWN_RATIOS:
            yield from _ratios(place, accelerator)
        if accelerator.fp16_tflops and accelerator.fp32_tflops and accelerator.id not in _CUT:
            groups.setdefault(_group(accelerator), []).append(accelerator)
    for siblings in groups.values():
        if len(siblings) >= _SIBLINGS:
            yield from _against_siblings(siblings)


def _lacking(place: Place, accelerator: Accelerator) -> Findings:
    for column in _LACKS.get(accelerator.architecture, ()):
        if getattr(accelerator, column):
            yield place.error(
                "precision_lacking", column, "{architecture} has no hardware for it",
                architecture=accelerator.architecture,
            )


def _ratios(place: Place, accelerator: Accelerator) -> Findings:
    for column, of, allowed in _RATIOS:
        rate, base = getattr(accelerator, column), getattr(accelerator, of)
        if rate and base and not any(low <= rate / base <= high for low, high in allowed):
            yield place.error(
                "rate_ratio", column, "{ratio:.2f} times {of} is not a ratio that hardware has",
                ratio=rate / base, of=of,
            )


def _group(accelerator: Accelerator) -> tuple[str, ...]:
    series = " ".join(accelerator.name.split()[:2]) if accelerator.name.startswith("GeForce") else ""
    return (accelerator.vendor, accelerator.architecture, accelerator.arch_code, series)


def _against_siblings(siblings: list[Accelerator]) -> Findings:
    usual = median((a.fp16_tflops or 0) / (a.fp32_tflops or 1) for a in siblings)
    for a in siblings:
        times = (a.fp16_tflops or 0) / (a.fp32_tflops or 1) / usual
        place = Place("accelerators.csv", a.id)
        if 1.7 <= times <= 2.3:
            yield place.error("sparse_number", "fp16_tflops", "twice its siblings: probably with sparsity")
        elif 0.43 <= times <= 0.59:
            yield place.error("halved_twice", "fp16_tflops", "half of its siblings: probably halved twice")
        elif not 0.75 <= times <= 1.35:
            yield place.error("rate_sibling", "fp16_tflops", "{times:.2f} times its siblings", times=times)
