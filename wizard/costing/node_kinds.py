"""Every kind of node that was ever priced on some terms, with its figures side by side: each is chosen once.

A kind is an accelerator, how many of them one node holds, and a profile. Profiles that ask for the same memory modules
and drives are one: two models of about a size share what was chosen.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from threading import RLock
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from wizard.costing.cluster import Site
from wizard.costing.demand import Profile
from wizard.costing.hosts import choose_host, is_assembled, is_server
from wizard.costing.refusal import CannotBuild
from wizard.costing.rules_compute import memory_steps_gib, served_memory_gib
from wizard.costing.rules_network import UPLINKS, NodePorts
from wizard.costing.rules_site import bare
from wizard.costing.rules_storage import WORKSTATION_BOOT_TB, storage_needed_tb, storage_steps_tb
from wizard.costing.shelf import Shelf
from wizard.costing.software import Subscription, accelerator_cents, cores_of

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

USUAL_NODES = 16
FIGURES = 7
_MOST_KINDS = 24
"""Kinds that are kept for each accelerator of the catalogue: a model of a new size adds some 3, each 1 kB."""
_EXACT = 1e-9
"""Needs that are this close to a step are not taken for those below it."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of kinds of node; columns of shape ``(n,)``. Money in hundredths."""

    cents: Ints
    single: Ints
    """Price of one accelerator that is bought by itself."""
    priced: Ints
    variant: Ints
    ports: Ints
    server: Ints
    profile: Ints
    each: Ints
    yearly: Ints
    """Subscriptions of one accelerator and year."""
    cores: Ints
    watts: Floats
    units: Floats
    """Rack units where it stands in a rack of ours."""
    own_units: Floats


class NodeKinds:
    """The kinds of one shelf, site and set of subscriptions. Kind 0 stands for what cannot be built.

    It grows while it is asked; whoever asks holds :attr:`lock`, for a window plans and answers questions side by side.
    """

    def __init__(self, shelf: Shelf, site: Site, software: tuple[Subscription, ...]) -> None:
        self.lock = RLock()
        self.profiles: list[Profile] = []
        self.stored: Ints = np.empty(0, np.int64)
        """Profile whose storage servers each profile has; the first without any for all that have none."""
        self.variants: dict[NodePorts, int] = {}
        self.accelerators = tuple(shelf.catalog.accelerators)
        self._shelf, self._site, self._software = shelf, site, software
        most = [max((system.max_accelerators for system in shelf.hosts.get(name, ())), default=0)
                for name in self.accelerators]
        self._most: Ints = np.array(most, np.int64) + 1
        """The first number of each accelerator that no machine takes; more are taken for that."""
        self._first: Ints = np.concatenate([[0], np.cumsum(self._most + 1)])
        """Where the numbers of each accelerator begin in a row of ``_kind``."""
        self._alike: dict[Hashable, int] = {}
        self._kind = np.empty((0, int(self._first[-1])), np.int32)
        """Kind of each profile (row) and number of each accelerator; -1 where it was never asked for."""
        self._ints: Ints = np.array([(0, 0, 0, -1, 0, 0, 0, 0, 0, 0)], np.int64)
        self._floats: Floats = np.zeros((1, 3))
        self._usual = np.empty((0, USUAL_NODES, FIGURES), np.float64)

    @property
    def full(self) -> bool:
        """Whether so much is known that it is time to begin anew."""
        return len(self._ints) > _MOST_KINDS * len(self.accelerators)

    def profile(self, profile: Profile) -> int:
        """Return the index of the profile, or of one that is built alike."""
        key = self._needs(profile)
        if key not in self._alike:
            self._alike[key] = len(self.profiles)
            self.profiles.append(profile)
            without = next((i for i, p in enumerate(self.profiles) if not p.shared), 0)
            self.stored = np.array([i if p.shared else without for i, p in enumerate(self.profiles)], np.int64)
            self._kind = np.vstack([self._kind, np.full((1, self._kind.shape[1]), -1, np.int32)])
        return self._alike[key]

    def find(self, accelerator: Ints, each: Ints, profile: Ints) -> Ints:
        """Return the kinds of nodes with ``each`` accelerators, chosen now if they were never asked for."""
        place = profile, self._first[accelerator] + np.clip(each, 0, self._most[accelerator])
        found = self._kind[place]
        if (found < 0).any():
            new: list[tuple[tuple[int, ...], tuple[float, ...]]] = []
            width, flat = self._kind.shape[1], self._kind.reshape(-1)
            for missing in np.unique(place[0][found < 0] * width + place[1][found < 0]).tolist():
                chosen = self._chosen(*divmod(missing, width))
                flat[missing] = 0 if chosen is None else len(self._ints) + len(new)
                new += [] if chosen is None else [chosen]
            if new:
                ints, floats = zip(*new, strict=True)
                self._ints, self._floats = np.vstack([self._ints, ints]), np.vstack([self._floats, floats])
            found = self._kind[place]
        return np.asarray(found, np.int64)

    def figures(self, kinds: Ints) -> Figures:
        """Return the figures of kinds."""
        return Figures(*self._ints[kinds].T, *self._floats[kinds].T)

    def usual(self) -> Floats:
        """Return the figures of builds of few like nodes of each kind, infinite where not known; to be filled in.

        Shape ``(kinds x USUAL_NODES, FIGURES)``.
        """
        if len(self._usual) < len(self._ints):
            room = np.full((len(self._ints) * 5 // 4, USUAL_NODES, FIGURES), np.inf)
            room[: len(self._usual)] = self._usual
            self._usual = room
        return self._usual.reshape(-1, FIGURES)

    def _needs(self, profile: Profile) -> Hashable:
        """Return what decides the parts of a node: the profile itself, or which steps of memory and drives it takes."""
        if profile.training or profile.shared:
            return profile
        drives = storage_needed_tb(profile)
        steps = (memory_steps_gib(self._shelf), storage_steps_tb(self._shelf), storage_steps_tb(self._shelf))
        needs = (served_memory_gib(profile), drives, drives + WORKSTATION_BOOT_TB)
        places = [(int(np.searchsorted(step, need * (1 - _EXACT))), int(np.searchsorted(step, need)))
                  for step, need in zip(steps, needs, strict=True)]
        if any(below != place for below, place in places):
            return profile
        return (profile.fabric, profile.edge, *places)

    def _chosen(self, profile: int, place: int) -> tuple[tuple[int, ...], tuple[float, ...]] | None:
        """Choose the machine of one kind of node; return its figures, ``None`` where it cannot be built."""
        shelf, site = self._shelf, self._site
        accelerator = int(np.searchsorted(self._first, place, side="right")) - 1
        each = place - int(self._first[accelerator])
        try:
            found = shelf.accelerator(self.accelerators[accelerator])
            host = choose_host(shelf, found, each, self.profiles[profile]) if each else None
        except CannotBuild:
            host = None
        if host is None:
            return None
        system, kit = host.place.system, host.kit
        plain = system.kind == "server"
        variant = self.variants.setdefault(replace(kit.ports, count=1), len(self.variants))
        own_units = 0.0 if is_assembled(system) else system.rack_units or 0.0
        uplinks, rails = UPLINKS * site.uplink_cents if plain else 0, site.rail_cents if bare(system) else 0
        ints = (host.place.cents + kit.cents + uplinks + rails, host.place.card_cents,
                int(host.place.priced), variant, kit.ports.count, int(is_server(system)), profile, each,
                accelerator_cents(shelf, self._software, found), cores_of(kit.items, shelf))
        return ints, (host.power.max_w, (system.rack_units or 0.0) if plain else 0.0, own_units)
