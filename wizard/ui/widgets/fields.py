"""Input fields bound to one answer each. A value is taken when editing ends; why it is refused stands below."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from wizard.ui.context import Context
from wizard.ui.widgets.basic import restyle, text
from wizard.ui.widgets.line import Line


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


class TextField(Field):
    """A line of text."""

    def __init__(self, ctx: Context, key: str, title: str, *, note: str = "", blank: str = "") -> None:
        super().__init__(ctx, key, title, note)
        self.line = Line()
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


