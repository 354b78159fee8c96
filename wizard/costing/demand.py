"""What is to be built: accelerators on nodes, and what the rest of the machine must carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

StorageWish = Literal["auto", "yes", "no"]


@dataclass(frozen=True, slots=True)
class Room:
    """What the room gives a rack: feeds, each of which carries it alone, and watts (``None``: what a PDU gives)."""

    feeds: int = 2
    max_rack_w: float | None = None


USUAL_ROOM = Room()


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
    storage: StorageWish = "auto"
    """Whether the nodes share storage servers; ``auto``: where one training job spans nodes."""
    load_s: float = 0.0
    """Seconds in which every node may load the weights from the shared storage; zero: no such target."""
    software: tuple[str, ...] = ()
    """Ids of software components that are subscribed to."""
    room: Room = USUAL_ROOM
    sites: int = 1
    """Places over which the nodes are spread evenly, each a cluster of its own."""
    socket_cores: int = 0
    """Cores that each socket must have, where the CPUs compute a part of the model."""

    @property
    def each(self) -> int:
        """Accelerators of the fullest node."""
        return self.per_node or -(-self.accelerators // self.nodes)

    @property
    def profile(self) -> Profile:
        """What decides a node's host beside its accelerators."""
        return Profile(
            weights_bytes=self.weights_bytes, training=self.training, dataset_tb=self.dataset_tb,
            fabric=self.inter_node and self.nodes > 1, edge=self.edge, storage=self.storage, load_s=self.load_s,
            socket_cores=self.socket_cores,
        )

    @property
    def of_one_site(self) -> BuildDemand:
        """What stands at each of the sites."""
        if self.sites == 1:
            return self
        return replace(self, accelerators=self.accelerators // self.sites, nodes=self.nodes // self.sites, sites=1)


@dataclass(frozen=True, slots=True)
class Profile:
    """What one node must carry beside its accelerators; ``fabric``: one fast port per accelerator."""

    weights_bytes: float
    training: bool
    dataset_tb: float
    fabric: bool
    edge: bool
    storage: StorageWish = "auto"
    load_s: float = 0.0
    socket_cores: int = 0

    @property
    def shared(self) -> bool:
        """Whether data and checkpoints lie on storage servers that all nodes reach."""
        return self.storage == "yes" or (self.storage == "auto" and self.training and self.fabric)
