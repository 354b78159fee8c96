"""Do the versions of software stacks, and the power that parts can be set to, make sense?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from wizard.catalog.findings import Findings, Place
from wizard.catalog.records import Accelerator, SoftwareStack

_VERSION = re.compile(r"^\d+(\.\d+){1,2}$")
_MODE = re.compile(r"^(\d+)(?:-(\d+))?$")


def check_stacks(stacks: Mapping[str, SoftwareStack], accelerators: Iterable[Accelerator]) -> Findings:
    """Yield what is wrong with versions: their form, their order, or an architecture that two rows or none have."""
    known, taken = {a.arch_code for a in accelerators}, dict[str, str]()
    for stack in stacks.values():
        place = Place("stacks.csv", stack.id)
        for column, version in (("min_version", stack.min_version), ("last_version", stack.last_version)):
            if not _VERSION.match(version) and (version or column == "min_version"):
                yield place.error("version", column, "{value} is no version", value=repr(version))
                return
        if stack.last_version and _number(stack.last_version) < _number(stack.min_version):
            yield place.error("version_order", "last_version", "it lies before the first")
        for code in stack.arch_codes:
            if code not in known:
                yield place.error("unknown_arch", "arch_codes", "no accelerator has the architecture {arch}", arch=code)
            if code in taken:
                yield place.error("duplicate", "arch_codes", "{arch} stands in {other} as well", arch=code,
                                  other=taken[code])
            taken[code] = stack.id


def check_power_modes(place: Place, accelerator: Accelerator) -> Findings:
    """Yield what is wrong with the power that an accelerator can be set to."""
    limits: list[int] = []
    for mode in accelerator.power_modes_w:
        found = _MODE.match(mode)
        if not found:
            yield place.error("power_mode", "power_modes_w", "{value} is neither a power nor a range", value=repr(mode))
            return
        limits += [int(found[1]), int(found[2] or found[1])]
    if limits != sorted(limits):
        yield place.error("power_mode", "power_modes_w", "they must rise")
    if limits and accelerator.tdp_w is not None and not limits[0] <= accelerator.tdp_w <= limits[-1]:
        yield place.error("power_mode", "power_modes_w", "{tdp:g} W is not among them", tdp=accelerator.tdp_w)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
