"""What the user's own figures are, counted by kind. No Qt."""

from __future__ import annotations

from wizard.catalog.overrides import Overrides
from wizard.i18n import Translator


def counted(tr: Translator, own: Overrides) -> str:
    """Return ``Prices: 3 · Discounts: 1``; empty where there are none."""
    kinds = (
        (len(own.prices), tr("Prices")),
        (len(own.rates), tr("Exchange rates")),
        (len(own.discounts), tr("Discounts")),
        (len(own.accelerators), tr("Accelerators")),
        (len(own.models) + len(own.architectures), tr("Models")),
        (len(own.systems) + len(own.components), tr("Machines and parts")),
        (len(own.instances), tr("Instances to rent")),
        (len(own.measurements), tr("Measurements")),
    )
    return " · ".join(f"{name}: {n}" for n, name in kinds if n)
