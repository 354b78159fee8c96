"""How long a prompt waits behind those of other users: a closed queue with one server, the prefill.

``n`` users ask, are served in order of arrival (service time 1), think for the time that their answer takes to decode,
and ask again. All start at once, as benchmarks do; later rounds spread out as answers differ in length. The first
round waits ``(n - 1) / 2`` on average. Later rounds have no closed form while the traces of the common start fade, so
their mean wait was simulated (rounds 2 to 10, lengths evenly within 0.8 to 1 of the longest) and is kept as a table;
``tests/core/test_sizing_waiting.py`` simulates it again.
"""

from __future__ import annotations

import numpy as np

from wizard.sizing.cases import Floats, Ints

_WAIT: Floats = np.array((
    (0.000, 0.000, 0.000, 0.000, 0.000, 0.000, 0.000, 0.000, 0.000, 0.000, 0.000),
    (0.021, 0.029, 0.037, 0.054, 0.063, 0.064, 0.056, 0.042, 0.034, 0.018, 0.008),
    (0.115, 0.135, 0.159, 0.177, 0.172, 0.140, 0.113, 0.074, 0.054, 0.026, 0.012),
    (0.374, 0.337, 0.341, 0.318, 0.278, 0.201, 0.146, 0.097, 0.070, 0.033, 0.016),
    (0.787, 0.588, 0.553, 0.474, 0.375, 0.249, 0.171, 0.110, 0.082, 0.036, 0.019),
    (1.387, 0.882, 0.764, 0.612, 0.451, 0.286, 0.189, 0.116, 0.082, 0.039, 0.017),
    (2.210, 1.272, 1.082, 0.769, 0.515, 0.279, 0.192, 0.114, 0.084, 0.039, 0.018),
    (3.398, 1.843, 1.484, 0.939, 0.611, 0.306, 0.202, 0.117, 0.084, 0.038, 0.018),
    (5.243, 2.192, 1.767, 1.063, 0.734, 0.316, 0.203, 0.116, 0.085, 0.037, 0.018),
    (7.258, 3.061, 2.471, 1.568, 0.960, 0.356, 0.213, 0.115, 0.087, 0.040, 0.018),
    (11.417, 4.917, 3.539, 2.046, 1.014, 0.355, 0.205, 0.119, 0.081, 0.038, 0.019),
))
"""Mean wait in service times by log2 of the users (rows) and by ``_LOAD`` (columns)."""

_LOAD: Floats = np.log(np.array((1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 32.0, 64.0)))
"""Logarithm of decode time over the service time of all users' prompts: the inverse of the server's load."""


def first_round(users: Floats) -> Floats:
    """Return the mean wait of users who all ask at once, in service times."""
    return (users - 1) / 2


def later_rounds(users: Floats, slack: Floats) -> Floats:
    """Return the mean wait of users who asked before, in service times.

    ``slack`` is the decode time of an answer over the time that the prompts of all users take; below 1 there is more
    to prefill than time, and the wait is that of 1. Beyond the table's ends the wait keeps the outermost value.
    """
    row, above = _place(np.log2(np.maximum(users, 1.0)), np.arange(len(_WAIT), dtype=np.float64))
    column, right = _place(np.log(np.maximum(slack, 1.0)), _LOAD)
    upper = _WAIT[row, column] * (1 - right) + _WAIT[row, column + 1] * right
    lower = _WAIT[row + 1, column] * (1 - right) + _WAIT[row + 1, column + 1] * right
    wait: Floats = upper * (1 - above) + lower * above
    return wait


def _place(value: Floats, grid: Floats) -> tuple[Ints, Floats]:
    """Return the cell of a grid that a value lies in, and how far into it (0 to 1)."""
    cell = np.clip(np.searchsorted(grid, value, side="right") - 1, 0, grid.size - 2)
    return cell, np.clip((value - grid[cell]) / (grid[cell + 1] - grid[cell]), 0.0, 1.0)
