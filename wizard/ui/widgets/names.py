"""A list of accelerators: type to search, Enter to add, each with a button to take it off."""

from __future__ import annotations

import re
from functools import partial

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from wizard.catalog.catalog import Catalog
from wizard.i18n import mark
from wizard.ui.context import Context
from wizard.ui.widgets.basic import button, clear, column
from wizard.ui.widgets.fields import Field
from wizard.ui.widgets.flow_layout import FlowLayout

UNKNOWN = mark("No accelerator of this name is in the catalogue.")


def find(catalog: Catalog, typed: str) -> str | None:
    """Return the id of the accelerator that holds every typed word; the shortest name wins."""
    words = re.findall(r"[a-z]+|\d+", typed.lower())
    found = [
        a
        for a in catalog.accelerators.values()
        if words and all(w in " ".join((a.id, a.vendor, a.name, *a.aliases)).lower() for w in words)
    ]
    exact = [a for a in found if typed.lower() in (a.id.lower(), a.name.lower(), f"{a.vendor} {a.name}".lower())]
    best = exact or sorted(found, key=lambda a: len(a.name))
    return best[0].id if best else None


class _Entry(QLineEdit):
    """Enter adds what was typed; with nothing typed it goes on to the next question."""

    def __init__(self, owner: NamesField) -> None:
        super().__init__()
        self.owner = owner

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.text().strip():
            self.owner.take(self.text())
            return
        super().keyPressEvent(event)


class NamesField(Field):
    """Names of accelerators as the answer of ``key``."""

    def __init__(self, ctx: Context, key: str, title: str, note: str = "", blank: str = "") -> None:
        super().__init__(ctx, key, title, note)
        self.line = _Entry(self)
        self.line.setPlaceholderText(blank)
        names = [f"{a.vendor} {a.name}" for a in ctx.session.catalog.accelerators.values()]
        self._names = QStringListModel(names, self.line)
        self._offers = offers = QCompleter(self._names, self.line)
        offers.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        offers.setFilterMode(Qt.MatchFlag.MatchContains)
        offers.activated.connect(self.take)
        self.line.setCompleter(offers)
        self.holder = QWidget()
        self.chips = FlowLayout(self.holder, gap=6)
        whole = column(self.line, self.holder, gap=6)
        editor = QWidget()
        editor.setLayout(whole)
        self._assemble(editor)
        editor.setObjectName(f"{key}-editor")
        self.line.setObjectName(key)
        self.line.setAccessibleName(title)
        self.label.setBuddy(self.line)
        self._drawn: tuple[str, ...] | None = None
        self._shown: tuple[object, ...] | None = None

    def take(self, typed: str) -> None:
        """Add the accelerator that was typed or picked."""
        found = find(self.ctx.session.catalog, typed)
        if found is None:
            self.ctx.session.refuse(self.key, typed, self.ctx.t(UNKNOWN))
            return
        chosen = self.ctx.session.value(self.key)
        self._put(chosen if found in chosen else (*chosen, found))
        self.tidy()

    def tidy(self) -> None:
        """Empty the line for the next name."""
        # The completer writes its pick into the line after this slot.
        popup = self._offers.popup()
        if popup is not None:
            popup.hide()
        self.line.blockSignals(True)
        self.line.clear()
        self.line.blockSignals(False)

    def _show(self, value: object) -> None:
        names = value if isinstance(value, tuple) else ()
        if names == self._drawn:
            return
        self._drawn = names
        clear(self.chips)
        for name in names:
            known = self.ctx.session.catalog.accelerators.get(name)
            words = known.name if known else name
            chip = button(f"{words}  ×", partial(self._drop, name), role="chip", name=f"{self.key}={name}")
            chip.setAccessibleName(self.ctx.t("Remove {name}", name=words))
            self.chips.addWidget(chip)
        self.holder.setVisible(bool(names))

    def _drop(self, name: str) -> None:
        self._put(tuple(n for n in self.ctx.session.value(self.key) if n != name))
