"""Input fields bound to one answer each. A value is taken when editing ends; why it is refused stands below."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import Decimal

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from wizard.ui import faults, figures
from wizard.ui.context import Context
from wizard.ui.widgets.basic import restyle, row, text


class Field(QWidget):
    """Label, editor, note and fault of one answer.

    Args:
        ctx: session and words.
        key: dotted key of the answer, also the editor's object name.
        title: the label.
        note: one line of help.
    """

    def __init__(self, ctx: Context, key: str, title: str, note: str = "") -> None:
        super().__init__()
        self.ctx, self.key, self.title = ctx, key, title
        self.label = text(title, wrap=False)
        self.note = text(note, "caption")
        if not note:
            # Never shown here: what has no parent yet would open a window of its own and take the focus.
            self.note.hide()
        self.fault = text("", "fault")
        self.fault.hide()
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(4)

    def _assemble(self, editor: QWidget, line: QHBoxLayout | None = None) -> None:
        self.editor = editor
        editor.setObjectName(self.key)
        editor.setAccessibleName(self.title)
        editor.setAccessibleDescription(self.note.text())
        self.label.setBuddy(editor)
        if self.title:
            self.box.addWidget(self.label)
        if line is None:
            self.box.addWidget(editor)
        else:
            self.box.addLayout(line)
        self.box.addWidget(self.note)
        self.box.addWidget(self.fault)
        self.box.addStretch(1)

    def set_note(self, words: str) -> None:
        """Change the line of help."""
        self.note.setText(words)
        self.note.setVisible(bool(words))
        self.editor.setAccessibleDescription(words)

    def refresh(self) -> None:
        """Show the answer as the session has it, and what is wrong with it."""
        self._show(self.ctx.session.value(self.key))
        why = self.ctx.session.problem(self.key)
        self.fault.setText("⚠ " + why if why else "")
        self.fault.setVisible(bool(why))
        if bool(self.editor.property("faulty")) != bool(why):
            self.editor.setProperty("faulty", bool(why))
            restyle(self.editor)
        if why:
            self.editor.setAccessibleDescription(why)

    def _show(self, value: object) -> None:
        raise NotImplementedError

    def _put(self, value: object) -> None:
        self.ctx.session.put({self.key: value})


class _Line(QLineEdit):
    """A line whose arrow keys may step a number."""

    def __init__(self, step: Callable[[int], None] | None = None) -> None:
        super().__init__()
        self._step = step

    @property
    def being_typed(self) -> bool:
        """Whether somebody is typing: a plan that arrives must not take the letters away."""
        return self.hasFocus() and self.isModified()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._step is not None and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._step(1 if event.key() == Qt.Key.Key_Up else -1)
            return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # Once a value is taken, undo and redo belong to the answers, not to the letters of this line.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and not self.isModified()
            and isinstance(event, QKeyEvent)
            and (event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo))
        ):
            event.ignore()
            return False
        return super().event(event)


class NumberField(Field):
    """A number, typed as people write it, or blank for no wish.

    Args:
        unit: shown behind the editor.
        kind: ``int``, ``float`` or ``Decimal``, the type of the answer.
        optional: whether blank is an answer.
        factor: what is shown is the answer times this (100 for a share).
        blank: what a blank field means.
    """

    def __init__(
        self,
        ctx: Context,
        key: str,
        title: str,
        *,
        unit: str = "",
        note: str = "",
        kind: type = float,
        optional: bool = True,
        factor: float = 1.0,
        blank: str = "",
    ) -> None:
        super().__init__(ctx, key, title, note)
        self.kind, self.optional, self.factor = kind, optional, factor
        self.line = _Line(self.step)
        self.line.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.line.setMinimumWidth(88)
        self.line.setPlaceholderText(blank)
        self.line.textEdited.connect(self._typing)
        self.line.editingFinished.connect(self._commit)
        self.unit = text(unit, "caption", wrap=False)
        if not unit:
            self.unit.hide()
        self._shown = ""
        self._value: object = None
        self._assemble(self.line, row(self.line, self.unit))

    def _show(self, value: object) -> None:
        refused = self.ctx.session.refused.get(self.key)
        if self.line.being_typed and value == self._value and refused is None:
            return
        self._value = value
        if refused is not None:
            shown = refused[0]
        else:
            shown = "" if value is None else figures.plain(self.ctx.tr, float(str(value)) * self.factor)
        self._shown = shown
        if self.line.text() != shown:
            self.line.setText(shown)

    def _typing(self, typed: str) -> None:
        """Let the plan follow every key; what cannot be taken is judged when editing ends."""
        try:
            value = figures.parse(typed)
        except ValueError:
            return
        if value is None:
            return
        had, self._value = self._value, self._typed(value)
        if not self.ctx.session.put({self.key: self._value}, judge=False):
            self._value = had

    def _commit(self) -> None:
        typed = self.line.text()
        self.line.setModified(False)
        if typed == self._shown:
            return
        self._shown = typed
        try:
            value = figures.parse(typed)
        except ValueError:
            self.ctx.session.refuse(self.key, typed, self.ctx.t(faults.NOT_A_NUMBER))
            return
        if value is None and not self.optional:
            self.ctx.session.refuse(self.key, typed, self.ctx.t(faults.NOT_A_NUMBER))
            return
        if not self.ctx.session.put({self.key: self._typed(value)}):
            self.ctx.session.refuse(self.key, typed, self.ctx.session.problem(self.key))
        self.refresh()

    def _typed(self, value: float | None) -> object:
        if value is None:
            return None
        value = round(value / self.factor, 9)
        if self.kind is int:
            return int(value) if value.is_integer() else value
        return Decimal(repr(value)) if self.kind is Decimal else value

    def step(self, way: int) -> None:
        """Go up or down by a tenth of the number's size, rounded to 1, 2 or 5."""
        try:
            now = figures.parse(self.line.text())
        except ValueError:
            return
        if now is None:
            return
        size = 10 ** math.floor(math.log10(abs(now))) if now else 1
        pace = max(size / 10 * (5 if abs(now) >= 5 * size else 1), 1 if self.kind is int else 0.0)
        self.line.setText(figures.plain(self.ctx.tr, max(0.0, now + way * pace)))
        self._commit()


class TextField(Field):
    """A line of text."""

    def __init__(self, ctx: Context, key: str, title: str, *, note: str = "", blank: str = "") -> None:
        super().__init__(ctx, key, title, note)
        self.line = _Line()
        self.line.editingFinished.connect(self._commit)
        self.line.setPlaceholderText(blank)
        self._assemble(self.line)

    def _show(self, value: object) -> None:
        refused = self.ctx.session.refused.get(self.key)
        shown = refused[0] if refused else str(value)
        if self.line.text() != shown and (refused or not self.line.being_typed):
            self.line.setText(shown)

    def _commit(self) -> None:
        self.line.setModified(False)
        if self.line.text() != str(self.ctx.session.value(self.key)):
            self._put(self.line.text())


class Notes(QPlainTextEdit):
    """Several lines of text, taken when the focus leaves them."""

    def __init__(self, commit: Callable[[], object]) -> None:
        super().__init__()
        self._commit = commit

    def focusOutEvent(self, event: object) -> None:
        self._commit()
        super().focusOutEvent(event)  # type: ignore[arg-type]  # Qt hands a QFocusEvent


class CheckField(Field):
    """Yes or no."""

    def __init__(self, ctx: Context, key: str, title: str, note: str = "") -> None:
        super().__init__(ctx, key, title, note)
        self.check = QCheckBox(title)
        self.check.clicked.connect(lambda on: self._put(bool(on)))
        self.label.hide()
        self._assemble(self.check)
        self.label.setParent(self)
        self.box.removeWidget(self.label)

    def _show(self, value: object) -> None:
        self.check.setChecked(bool(value))


class ComboField(Field):
    """One of several, in a list that opens.

    Args:
        choices: ``(value, words)``.
    """

    def __init__(
        self, ctx: Context, key: str, title: str, choices: Sequence[tuple[object, str]], note: str = ""
    ) -> None:
        super().__init__(ctx, key, title, note)
        self.values = [value for value, _ in choices]
        self.combo = QComboBox()
        self.combo.addItems([words for _, words in choices])
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.combo.activated.connect(lambda index: self._put(self.values[index]))
        self._assemble(self.combo)

    def _show(self, value: object) -> None:
        if value in self.values:
            self.combo.setCurrentIndex(self.values.index(value))


class ShareField(Field):
    """A share of 0 to 100 %, on a slider, with its figure."""

    def __init__(self, ctx: Context, key: str, title: str, note: str = "") -> None:
        super().__init__(ctx, key, title, note)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 100)
        self.slider.setSingleStep(5)
        self.slider.setPageStep(10)
        self.slider.setMinimumWidth(120)
        self.slider.valueChanged.connect(self._moved)
        self.figure = text("", wrap=False, right=True)
        self.figure.setMinimumWidth(48)
        self._assemble(self.slider, row(self.slider, self.figure))

    def _show(self, value: object) -> None:
        share = float(str(value))
        self.slider.blockSignals(True)
        self.slider.setValue(round(share * 100))
        self.slider.blockSignals(False)
        self.figure.setText(figures.percent(self.ctx.tr, share))

    def _moved(self, value: int) -> None:
        self._put(value / 100)
