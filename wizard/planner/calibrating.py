"""The calibration of a plan: the shipped one, and what the user's own measurements say beyond it."""

from __future__ import annotations

from wizard.catalog.catalog import Catalog
from wizard.needs.needs import Needs
from wizard.sizing.calibration import Calibration, shipped
from wizard.sizing.own_rows import calibrated, understand


def calibration_of(needs: Needs, catalog: Catalog) -> Calibration:
    """Return the calibration that the needs are planned with.

    Raises:
        InputError: a measurement names something unknown, or cannot be what it says; it says which.
    """
    rows = needs.overrides.measurements
    if not rows:
        return shipped()
    understood = [
        understand(one.row, f"overrides.measurements[{n}]", catalog) for n, one in enumerate(rows)
    ]
    return calibrated(shipped(), understood)
