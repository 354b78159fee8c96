"""What a closer look taught about some groups: by how much more they break a promise than their estimates say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from wizard.planner.requirements import Requirement
from wizard.sizing.cases import Floats, Ints


@dataclass
class Lifted:
    """Factors by code of requirement, each of shape ``(groups,)``; shared by all walks of a search."""

    size: int
    _by_code: dict[str, Floats] = field(default_factory=dict)

    def learn(self, groups: Ints, ratios: Mapping[str, float]) -> None:
        """Lift what groups have by these ratios, on top of what is known."""
        for code, ratio in ratios.items():
            factors = self._by_code.setdefault(code, np.ones(self.size))
            factors[groups] *= ratio

    def applied(self, found: Sequence[Requirement], group: Ints) -> tuple[Requirement, ...]:
        """Return requirements of rows of these groups with what they really have."""
        if not self._by_code:
            return tuple(found)
        return tuple(
            replace(one, have=one.have * self._by_code[one.code][group]) if one.code in self._by_code else one
            for one in found
        )
