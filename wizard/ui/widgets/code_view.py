"""A file to read: its text with colours, in letters of equal width."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontDatabase, QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import QPlainTextEdit

from wizard.ui import syntax
from wizard.ui.theme import CAPTION, Tokens

# Colours of the theme only; a comment is also slanted and a word of the language also bold, for eyes without colour.
_COLOURS = {
    "comment": "secondary",
    "string": "good",
    "number": "warning",
    "key": "accent",
    "word": "text",
    "title": "text",
}


class Highlighter(QSyntaxHighlighter):
    """Colours a document by the kind of its file."""

    def __init__(self, document: QTextDocument, tokens: Tokens) -> None:
        super().__init__(document)
        self.kind = ""
        self._formats = {role: self._format(tokens, role) for role in _COLOURS}

    @staticmethod
    def _format(tokens: Tokens, role: str) -> QTextCharFormat:
        made = QTextCharFormat()
        made.setForeground(tokens.colour(_COLOURS[role]))
        if role in ("word", "title"):
            made.setFontWeight(QFont.Weight.Bold)
        made.setFontItalic(role == "comment")
        return made

    def highlightBlock(self, text: str) -> None:
        for start, length, role in syntax.spans(self.kind, text):
            self.setFormat(start, length, self._formats[role])


class CodeView(QPlainTextEdit):
    """Shows one file; it can be selected and copied, not changed."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setObjectName("code")
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)
        family = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
        # By style sheet, for the window's own sheet sets the size of every widget.
        self.setStyleSheet(f'font-family: "{family}"; font-size: {CAPTION}px;')
        self.colours = Highlighter(self.document(), tokens)

    def show_file(self, kind: str, text: str) -> None:
        """Show a file; the place that is looked at stays where the text is the same."""
        if kind == self.colours.kind and text == self.toPlainText():
            return
        self.colours.kind = kind
        self.setPlainText(text)
