"""What stands between an accelerator and its user beside its price: software versions and export rules.

Export: the US list ECCN 3A090.a covers integrated circuits of a *total processing performance* of 4,800 or more, or
of 1,600 and more where their density is high (15 CFR 774, supplement 1). It is the dense rate in tera-operations per
second times the length of the operands in bits, at the length that gives the most.
"""

from __future__ import annotations

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Accelerator, SoftwareStack

CONTROLLED, BY_DENSITY = 4800.0, 1600.0
LICENCE_COUNTRIES = frozenset({"CN", "HK", "MO"})
"""Destinations that a licence is needed for; there are more, but plans name these."""
EXPORT_SOURCE = "bis-3a090"

_US_DESIGNERS = frozenset({"NVIDIA", "AMD", "Intel", "Google", "AWS", "Qualcomm", "Tenstorrent", "SambaNova"})


def stack_of(catalog: Catalog, accelerator: Accelerator) -> SoftwareStack | None:
    """Return the versions of the software stack that drive an accelerator; ``None`` where we do not know them."""
    return next((s for s in catalog.stacks.values() if accelerator.arch_code in s.arch_codes), None)


def total_processing_performance(accelerator: Accelerator) -> float | None:
    """Return the figure that the US export list counts in; ``None`` where no rate is known."""
    rates = (
        (accelerator.fp16_tflops, 16), (accelerator.fp8_tflops, 8), (accelerator.int8_tops, 8),
        (accelerator.fp4_tflops, 4),
    )
    return max((rate * bits for rate, bits in rates if rate is not None), default=None)


def needs_licence(accelerator: Accelerator, country: str) -> bool:
    """Whether its rates alone put it on the US list for a country; below the limit, density may still."""
    performance = total_processing_performance(accelerator)
    listed = accelerator.vendor in _US_DESIGNERS and performance is not None and performance >= CONTROLLED
    return listed and country in LICENCE_COUNTRIES
