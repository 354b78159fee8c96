"""The order of Tab: as the window is laid out, whenever its widgets were made."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLayout, QScrollArea, QStackedWidget, QWidget


def stops(root: QWidget) -> Iterator[QWidget]:
    """Yield what Tab stops at within a widget, in the order of its layouts; a grid is read row by row."""
    if not root.isVisibleTo(root.window()):
        return
    if root.isEnabled() and root.focusPolicy() & Qt.FocusPolicy.TabFocus:
        yield root
    inner = root.widget() if isinstance(root, QScrollArea) else None
    if isinstance(root, QStackedWidget):
        inner = root.currentWidget()
    layout = root.layout()
    if inner is not None:
        yield from stops(inner)
    elif layout is not None:
        yield from _laid_out(layout)


def _laid_out(layout: QLayout) -> Iterator[QWidget]:
    places = list(range(layout.count()))
    if isinstance(layout, QGridLayout):
        cells = [layout.getItemPosition(n) for n in places]
        places.sort(key=lambda n: tuple(cells[n])[:2])  # type: ignore[arg-type]  # row, column and spans
    for n in places:
        item = layout.itemAt(n)
        if item is None:
            continue
        inside, widget = item.layout(), item.widget()
        if widget is not None:
            yield from stops(widget)
        elif inside is not None:
            yield from _laid_out(inside)


def step(root: QWidget | None, focus: QWidget | None, *, forward: bool) -> bool:
    """Move the focus to the next or previous stop, round the window; returns whether there is one."""
    found = list(stops(root)) if root is not None else []
    if not found:
        return False
    way = 1 if forward else -1
    at = next((n for n, widget in enumerate(found) if widget is focus or _holds(widget, focus)), None)
    goal = (_nearby(focus) or found[0 if forward else -1]) if at is None else found[(at + way) % len(found)]
    goal.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
    return True


def _nearby(gone: QWidget | None) -> QWidget | None:
    """Return the first stop close to a widget that is going away with the focus."""
    around = gone.parentWidget() if gone is not None else None
    while around is not None:
        first = next(stops(around), None)
        if first is not None:
            return first
        around = around.parentWidget()
    return None


def _holds(widget: QWidget, focus: QWidget | None) -> bool:
    return focus is not None and widget.isAncestorOf(focus)
