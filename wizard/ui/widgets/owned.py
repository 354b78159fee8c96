"""Hardware that is there already: ``4 x RTX 4090`` typed, each with a button to take it off."""

from __future__ import annotations

import re
from functools import partial

from wizard.needs.needs import Owned
from wizard.ui.widgets.basic import button, clear
from wizard.ui.widgets.names import UNKNOWN, NamesField, find

_BEFORE = re.compile(r"\s*(\d{1,6})\s*(?:[x×*]\s*|\s)(.+)", re.IGNORECASE)
_BEHIND = re.compile(r"(.+?)(?:\s+x|\s*[×*])\s*(\d{1,6})\s*", re.IGNORECASE)


def read(typed: str) -> tuple[int, str]:
    """Return number and name of what was typed: ``4 x RTX 4090``, ``RTX 4090 x 4``, or a name alone for one."""
    before, behind = _BEFORE.fullmatch(typed), _BEHIND.fullmatch(typed)
    if before:
        return max(1, int(before[1])), before[2]
    return (max(1, int(behind[2])), behind[1]) if behind else (1, typed.strip())


class OwnedField(NamesField):
    """Owned accelerators as the answer of ``key``."""


    def take(self, typed: str) -> None:
        """Add what was typed; the same accelerator again replaces its number."""
        count, name = read(typed)
        found = find(self.ctx.session.catalog, name)
        if found is None:
            # A name may begin with a figure of its own.
            count, found = 1, find(self.ctx.session.catalog, typed)
        if found is None:
            self.ctx.session.refuse(self.key, typed, self.ctx.t(UNKNOWN))
            return
        others = tuple(mine for mine in self._mine if mine.accelerator != found)
        self._put((*others, Owned(accelerator=found, count=min(count, 10_000_000))))
        self.tidy()

    @property
    def _mine(self) -> tuple[Owned, ...]:
        return tuple(self.ctx.session.value(self.key))

    def _show(self, value: object) -> None:
        mine = value if isinstance(value, tuple) else ()
        if mine == self._shown:
            return
        self._shown = mine
        clear(self.chips)
        for one in mine:
            name = self.ctx.session.accelerator_name(one.accelerator)
            words = f"{one.count} × {name}"
            chip = button(f"{words}  ×", partial(self._off, one), role="chip", name=f"{self.key}={one.accelerator}")
            chip.setAccessibleName(self.ctx.t("Remove {name}", name=words))
            self.chips.addWidget(chip)
        self.holder.setVisible(bool(mine))

    def _off(self, one: Owned) -> None:
        self._put(tuple(mine for mine in self._mine if mine != one))
