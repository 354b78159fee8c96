"""What is to be built: accelerators on nodes, and what the rest of the machine must carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType


def _none() -> Mapping[str, Decimal]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildDemand:
    """A machine or cluster to be bought.

    ``accelerators`` and ``nodes`` count everything that is bought, spares included; ``spare_nodes`` says how many of
    the nodes are spare. ``weights_bytes`` is the size on disk of the weights that one node loads, ``dataset_tb`` the
    training data that each node keeps. ``inter_node`` is true where one replica or one training job spans nodes, so
    that every accelerator needs its own port into a fabric. ``system`` asks for one machine of the catalogue by id.
    """

    accelerator: str
    accelerators: int
    per_node: int | None = None
    nodes: int = 1
    spare_nodes: int = 0
    weights_bytes: float = 0
    training: bool = False
    dataset_tb: float = 0.0
    inter_node: bool = False
    edge: bool = False
    ups: bool = False
    system: str | None = None
    country: str = "US"
    currency: str = "USD"
    discounts: Mapping[str, Decimal] = field(default_factory=_none)
    """Share off the list price by part id or by category, e.g. ``{"accelerator": Decimal("0.1")}``."""
    availability: str = "n"

    @property
    def each(self) -> int:
        """Accelerators of the fullest node."""
        return self.per_node or -(-self.accelerators // self.nodes)

    @property
    def profile(self) -> Profile:
        """What decides a node's host beside its accelerators."""
        return Profile(
            weights_bytes=self.weights_bytes, training=self.training, dataset_tb=self.dataset_tb,
            fabric=self.inter_node and self.nodes > 1, edge=self.edge,
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """What one node must carry beside its accelerators; ``fabric``: one fast port per accelerator."""

    weights_bytes: float
    training: bool
    dataset_tb: float
    fabric: bool
    edge: bool
