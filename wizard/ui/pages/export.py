"""Everything on paper and as files: cover, folder, language, progress, what was written, a look at the quote."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QPixmap
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from wizard.ui import figures
from wizard.ui.context import Context
from wizard.ui.pages.base import Page
from wizard.ui.widgets.basic import Panel, button, clear, column, row, text
from wizard.ui.widgets.cards import Choice
from wizard.ui.widgets.fields import TextField

TONGUES = (("en", "English"), ("zh_CN", "简体中文"))
FIRST = ("quote.pdf", "bom.xlsx", "bom.csv", "plan.json", "MANIFEST.json")


class ExportPage(Page):
    """Write the quote and the files."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(
            ctx,
            ctx.t("Put it on paper"),
            ctx.t("Quote (PDF), bill of materials (XLSX, CSV), plan (JSON) and deployment files, checked and listed."),
        )
        self.lang = ctx.tr.lang
        self._wanted = False
        left, right = QVBoxLayout(), QVBoxLayout()
        for box in (left, right):
            box.setSpacing(12)
        left.addWidget(self._cover())
        left.addWidget(self._target())
        left.addStretch(1)
        right.addWidget(self._result())
        right.addStretch(1)
        line = row(left, right, gap=12)
        line.setStretch(0, 1)
        line.setStretch(1, 1)
        self.add(line)
        self.body.addStretch(1)

    def _cover(self) -> Panel:
        ctx = self.ctx
        panel = Panel(ctx.t("On the cover"), ctx.t("all may stay blank"))
        panel.add(self.field(TextField(ctx, "document.project", ctx.t("Project"))))
        panel.add(self.field(TextField(ctx, "document.customer", ctx.t("Customer"))))
        panel.add(self.field(TextField(ctx, "document.prepared_by", ctx.t("Prepared by"))))
        panel.add(self.field(TextField(ctx, "document.notes", ctx.t("Notes"), lines=3)))
        return panel

    def _target(self) -> Panel:
        ctx = self.ctx
        panel = Panel(ctx.t("Where and in which language"))
        self.folder = QLineEdit(str(ctx.exporter.folder or default_folder()))
        self.folder.setObjectName("folder")
        self.folder.setAccessibleName(ctx.t("Folder"))
        self.folder.textChanged.connect(lambda _text: self._ready())
        browse = button(ctx.t("Browse..."), self._browse, name="browse")
        panel.add(row(self.folder, browse))
        self.folder_note = text("", "caption")
        panel.add(self.folder_note)
        chips = QWidget()
        self.tongues = Choice(chips, self._tongue)
        line = row(gap=6)
        for code, name in TONGUES:
            chip = button(name, role="chip", name=f"language={code}")
            self.tongues.add(code, chip)
            line.addWidget(chip)
        line.addStretch(1)
        chips.setLayout(line)
        self.tongues.show(self.lang)
        panel.add(chips)
        self.write = button(ctx.t("Write all files"), self._write, role="primary", name="write")
        self.cancel = button(ctx.t("Stop"), ctx.exporter.cancel, name="cancel-export")
        line = row(self.write, self.cancel)
        line.setStretch(0, 1)
        panel.add(line)
        self.why_not = text("", "fault")
        panel.add(self.why_not)
        return panel

    def _result(self) -> Panel:
        ctx = self.ctx
        panel = Panel(ctx.t("What was written"))
        self.bar = QProgressBar()
        self.bar.setRange(0, 100)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(ctx.t("Progress"))
        self.state = text("", selectable=True)
        self.state.setObjectName("export-state")
        self.files = QVBoxLayout()
        self.files.setSpacing(2)
        self.open_folder = button(ctx.t("Open folder"), lambda: self._show(ctx.exporter.folder), name="open-folder")
        self.open_quote = button(ctx.t("Open quote"), lambda: self._show(self._quote()), name="open-quote")
        self.paper = QLabel()
        self.paper.setProperty("role", "paper")
        self.paper.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.paper.setAccessibleName(ctx.t("First page of the quote"))
        panel.add(column(self.state, self.bar, self.files, row(self.open_quote, self.open_folder, -1), self.paper))
        return panel

    # --- doing

    def _tongue(self, code: object) -> None:
        self.lang = str(code)
        self.tongues.show(code)

    def _browse(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.ctx.t("Folder"), self.folder.text())
        if name:
            self.folder.setText(name)

    def _write(self) -> None:
        # A click also takes what was just typed on the cover, which plans anew: then it writes as soon as that is done.
        self._wanted = True
        self._start()

    def _start(self) -> None:
        session = self.ctx.session
        if not self._wanted or session.planning:
            return
        self._wanted = False
        if session.plan is not None and not self._blocked():
            self.ctx.exporter.start(session.plan, Path(self.folder.text()).expanduser(), self.lang)

    def _show(self, path: Path | None) -> None:
        if path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    def _quote(self) -> Path | None:
        return next((f for f in self.ctx.exporter.files if f.name == "quote.pdf"), None)

    def _blocked(self) -> str:
        """Say why nothing can be written now; empty if it can."""
        session, t = self.ctx.session, self.ctx.t
        if session.faulty:
            return t("First mend what is marked in the rail.")
        if session.plan is None and not session.planning:
            return session.error_text() or t("There is no plan yet.")
        if not self.folder.text().strip():
            return t("Choose a folder.")
        return "" if self.ctx.exporter.writer else t("This window cannot write files.")

    # --- showing

    def refresh(self) -> None:
        super().refresh()
        self._start()
        exporter, t = self.ctx.exporter, self.ctx.t
        self._ready()
        running = exporter.state == "running"
        self.cancel.setVisible(running)
        self.bar.setVisible(running)
        self.bar.setValue(round(exporter.share * 100))
        self.state.setText(
            {
                "idle": t("Nothing yet."),
                "running": t("Writing {name}...", name=exporter.what or "plan.json"),
                "done": t("{n} files in {folder}", n=len(exporter.files), folder=exporter.folder),
                "failed": "⚠ " + exporter.error_text(self.ctx.tr),
                "cancelled": t("Stopped; nothing was changed."),
            }[exporter.state]
        )
        self._files()

    def _ready(self) -> None:
        why = self._blocked()
        self.write.setEnabled(not why and self.ctx.exporter.state != "running")
        self.why_not.setText(why)
        self.why_not.setVisible(bool(why))
        folder = Path(self.folder.text()).expanduser()
        self.folder_note.setText(
            self.ctx.t("Files of an earlier plan in it are replaced.")
            if folder.is_dir()
            else self.ctx.t("It will be made.")
        )

    def _files(self) -> None:
        exporter = self.ctx.exporter
        done = exporter.state == "done"
        clear(self.files)
        for made in (self.open_folder, self.open_quote):
            made.setVisible(done and bool(exporter.files))
        self.paper.setVisible(done and exporter.image is not None)
        if not done or exporter.folder is None:
            return
        below = [f for f in exporter.files if f.parent != exporter.folder]
        for path in sorted(set(exporter.files) - set(below), key=_order):
            size = path.stat().st_size if path.exists() else 0
            self._file(path.name, figures.gigabytes(self.ctx.tr, size))
        if below:
            self._file("deploy/", self.ctx.t("{n} files", n=len(below)))
        if exporter.image is not None:
            self.paper.setPixmap(QPixmap.fromImage(exporter.image))

    def _file(self, name: str, size: str) -> None:
        line = row(text(name), text(size, "caption", wrap=False, right=True))
        line.setStretch(0, 1)
        self.files.addLayout(line)


def _order(path: Path) -> tuple[int, str]:
    return (FIRST.index(path.name) if path.name in FIRST else len(FIRST), path.name)


def default_folder() -> Path:
    """Return a folder for the outputs under the user's documents."""
    base = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return (Path(base) if base else Path.home()) / "rackwright"
