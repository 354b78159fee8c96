"""Why something cannot be built: the rule that is broken and the part that breaks it."""

from __future__ import annotations

from typing import Literal

from wizard.errors import InputError
from wizard.i18n import mark

Conflict = Literal[
    "no_such_accelerator", "rent_only", "no_host", "too_many_per_node", "slot_power", "spread", "cpu", "memory",
    "drives", "fabric", "psu", "power_feed", "lanes", "nic_slots",
]

_TEXTS: dict[Conflict, str] = {
    "no_such_accelerator": mark("the catalogue has no accelerator {part}"),
    "rent_only": mark("{part} can only be rented"),
    "no_host": mark("no machine in the catalogue takes {part}"),
    "too_many_per_node": mark("no machine takes {need} of {part}; the largest takes {have}"),
    "slot_power": mark("{part} needs {need} W per slot; the machine gives {have} W"),
    "spread": mark("{need} accelerators cannot be spread over {have} machines"),
    "cpu": mark("no CPU that fits {part} has {need} cores"),
    "memory": mark("{part} cannot hold {need} GB of memory; it takes {have} GB"),
    "drives": mark("{part} cannot hold {need} TB of drives; it takes {have} TB"),
    "fabric": mark("two tiers of {part} join {have} ports; {need} are needed"),
    "psu": mark("{part} delivers {have} W; {need} W are needed"),
    "lanes": mark("{part} has {have} PCIe lanes; {need} are needed"),
    "nic_slots": mark("{part} has no slot for a network card"),
    "power_feed": mark("one {part} draws {need} W; a rack's feed gives {have} W"),
}


class CannotBuild(InputError):
    """No machine can be built that way. ``code`` names the rule, ``part`` the part in conflict."""

    def __init__(self, code: Conflict, part: str, *, need: float = 0, have: float = 0) -> None:
        self.code = code
        self.part = part
        self.need = need
        self.have = have
        super().__init__(_TEXTS[code], part=part, need=f"{need:g}", have=f"{have:g}")
