"""Which documents, and files for which platforms, an export is to hold."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from wizard.deploy.targets import NAMES, Wanted
from wizard.i18n import mark
from wizard.ui.context import Context
from wizard.ui.widgets.basic import text

DOCUMENTS = (
    ("quote.pdf", mark("Quote (PDF)")),
    ("bom.xlsx", mark("Bill of materials (XLSX, with formulas)")),
    ("bom.csv", mark("Bill of materials (CSV)")),
    ("deploy", mark("Deployment files")),
)
INDENT = 24


class ExportChoice(QWidget):
    """Boxes to tick; ``changed`` when one was."""

    changed = Signal()

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        self.documents = {code: self._check(code, ctx.t(words)) for code, words in DOCUMENTS}
        self.targets = {code: self._check(code, ctx.t(words)) for code, words in NAMES.items()}
        for made in self.documents.values():
            box.addWidget(made)
        inner = QVBoxLayout()
        inner.setContentsMargins(INDENT, 0, 0, 0)
        inner.setSpacing(2)
        for made in self.targets.values():
            inner.addWidget(made)
        box.addLayout(inner)
        box.addWidget(text(ctx.t("The plan (JSON) and a manifest with checksums always come along."), "caption"))

    def _check(self, code: str, words: str) -> QCheckBox:
        made = QCheckBox(words)
        made.setObjectName(f"export={code}")
        made.clicked.connect(lambda _on=False: self._clicked())
        return made

    def _clicked(self) -> None:
        self.ctx.exporter.wanted = Wanted(
            documents=frozenset(code for code, made in self.documents.items() if made.isChecked()),
            targets=frozenset(code for code, made in self.targets.items() if made.isChecked()),
        )
        self.changed.emit()

    def refresh(self) -> None:
        """Show what is wanted, and only the platforms that the plan has files for."""
        exporter = self.ctx.exporter
        for code, made in self.documents.items():
            made.setChecked(code in exporter.wanted.documents)
        for code, made in self.targets.items():
            made.setChecked(code in exporter.wanted.targets)
            made.setVisible("deploy" in exporter.wanted.documents and code in self.ctx.drafter.drafts.targets)
