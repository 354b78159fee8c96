"""Everything on paper and as files: cover, what to write, where to, a look at all of it, progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QLineEdit, QProgressBar, QWidget

from wizard.i18n import mark
from wizard.planner.plan import Plan
from wizard.ui.context import Context
from wizard.ui.exporting import ZIP, show_file
from wizard.ui.menu import TONGUES
from wizard.ui.pages.base import Page
from wizard.ui.signing import Signer
from wizard.ui.widgets.basic import Panel, button, column, row, text
from wizard.ui.widgets.cards import Choice
from wizard.ui.widgets.draft_panel import DraftPanel
from wizard.ui.widgets.export_choice import ExportChoice
from wizard.ui.widgets.fields import TextField
from wizard.ui.widgets.flow_layout import FlowLayout
from wizard.ui.widgets.other_option import OtherOption

FORMS = (("folder", mark("Folder")), ("zip", mark("Zip file")))


class ExportPage(Page):
    """Write the quote and the files."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(
            ctx,
            ctx.t("What shall be written, and where?"),
            ctx.t("You see every page and file before it is written, and what the checks say of it."),
        )
        self.lang = ctx.tr.lang
        self._wanted = False
        self._signer = Signer()
        self.preview = DraftPanel(ctx)
        line = row(column(self._cover(), self._where(), self._choice(), -1, gap=12), column(self.preview, -1), gap=12)
        line.setStretch(0, 10)
        line.setStretch(1, 13)
        self.other = OtherOption(ctx)
        self.add(self.other)
        self.add(self._result())
        self.add(line)
        self._tail()

    def _cover(self) -> Panel:
        ctx = self.ctx
        panel = Panel(ctx.t("On the cover"), ctx.t("all may stay blank"))
        project = self.field(TextField(ctx, "document.project", ctx.t("Project")))
        customer = self.field(TextField(ctx, "document.customer", ctx.t("Customer")))
        author = self.field(TextField(ctx, "document.prepared_by", ctx.t("Prepared by")))
        notes = self.field(TextField(ctx, "document.notes", ctx.t("Notes")))
        for pair in ((project, customer), (author, notes)):
            panel.add(row(*pair, gap=12))
        return panel

    def _choice(self) -> Panel:
        panel, self.choice = Panel(self.ctx.t("What to write")), ExportChoice(self.ctx)
        self.choice.changed.connect(self.refresh)
        panel.add(self.choice)
        return panel

    def _where(self) -> Panel:
        ctx = self.ctx
        panel = Panel(ctx.t("Where and in which language"))
        self.folder = QLineEdit(str(ctx.exporter.target or default_folder()))
        self.folder.setObjectName("folder")
        self.folder.setAccessibleName(ctx.t("Folder or zip file"))
        self.folder.textChanged.connect(lambda _text: self._ready())
        self.forms = self._chips(panel, "form", [(code, ctx.t(words)) for code, words in FORMS], self._form)
        browse = button(ctx.t("Browse..."), self._browse, name="browse")
        panel.add(row(self.folder, browse))
        self.folder_note = text("", "caption")
        panel.add(self.folder_note)
        self.tongues = self._chips(panel, "language", TONGUES, self._tongue)
        self.tongues.show(self.lang)
        return panel

    def _chips(
        self, panel: Panel, key: str, choices: Sequence[tuple[str, str]], chosen: Callable[[object], None]
    ) -> Choice:
        chips = QWidget()
        made = Choice(chips, chosen)
        line = FlowLayout(chips, gap=6)
        for code, words in choices:
            chip = button(words, role="chip", name=f"{key}={code}")
            made.add(code, chip)
            line.addWidget(chip)
        panel.add(chips)
        return made

    def _result(self) -> Panel:
        ctx = self.ctx
        self.written = Panel(ctx.t("What was written"))
        self.bar = QProgressBar()
        self.bar.setRange(0, 100)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(ctx.t("Progress"))
        self.state = text("", selectable=True)
        self.state.setObjectName("export-state")
        self.open_folder = button(ctx.t("Show in folder"), lambda: show_file(ctx.exporter.folder), name="open-folder")
        self.open_quote = button(ctx.t("Open quote"), lambda: show_file(self._quote()), name="open-quote")
        self.written.add(self.state)
        self.written.add(self.bar)
        self.written.add(row(self.open_quote, self.open_folder, -1))
        return self.written

    def _tail(self) -> None:
        ctx = self.ctx
        self.write = button("", self._write, role="primary", name="write")
        self.cancel = button(ctx.t("Stop"), ctx.exporter.cancel, name="cancel-export")
        self.print = button(ctx.t("Print quote..."), self._print, name="print")
        self.tail = QWidget()
        self.tail.setLayout(row(self.print, self.cancel, self.write))

    # --- doing

    def _tongue(self, code: object) -> None:
        self.lang = str(code)
        self.refresh()

    def _form(self, code: object) -> None:
        path = Path(self.folder.text())
        if path.name:
            plain = path.with_suffix("") if path.suffix.lower() == ZIP else path
            self.folder.setText(str(plain.with_name(plain.name + ZIP) if code == "zip" else plain))

    @property
    def zipped(self) -> bool:
        """Whether one archive is wanted instead of a folder."""
        return self.folder.text().strip().lower().endswith(ZIP)

    def _browse(self) -> None:
        t = self.ctx.t
        if self.zipped:
            name, _ = QFileDialog.getSaveFileName(self, t("Zip file"), self.folder.text(), f"Zip (*{ZIP})")
        else:
            name = QFileDialog.getExistingDirectory(self, t("Folder"), self.folder.text())
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
            self.area.verticalScrollBar().setValue(0)
            self.ctx.exporter.start(self._signed(session.plan), Path(self.folder.text()).expanduser(), self.lang)

    def _signed(self, plan: Plan) -> Plan:
        return self._signer.signed(plan, self.ctx.settings().seller)

    def _print(self) -> None:
        from wizard.ui.printing import ask_and_print

        ask_and_print(self.ctx.drafter.drafts.pdf, self)

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
        self.other.refresh()
        self._start()
        ctx = self.ctx
        if ctx.session.plan is not None and not ctx.session.planning:
            ctx.drafter.ask(self._signed(ctx.session.plan), self.lang, ctx.exporter.wanted, ctx.session.catalog)
        self.choice.refresh()
        self.preview.refresh()
        self.tongues.show(self.lang)
        self._progress()

    def _progress(self) -> None:
        exporter, t = self.ctx.exporter, self.ctx.t
        running, done = exporter.state == "running", exporter.state == "done"
        self.written.setVisible(exporter.state != "idle")
        self.bar.setVisible(running)
        self.bar.setValue(round(exporter.share * 100))
        self.state.setText(
            {
                "idle": "",
                "running": t("Writing {name}...", name=exporter.what or "plan.json"),
                "done": "✓ " + self._done(),
                "failed": "⚠ " + exporter.error_text(self.ctx.tr),
                "cancelled": t("Stopped; nothing was changed."),
            }[exporter.state]
        )
        self.open_folder.setVisible(done)
        self.open_quote.setVisible(done and self._quote() is not None)
        self._hand_on(running=running)

    def _hand_on(self, *, running: bool) -> None:
        """Offer to write, or to stop; the focus goes along, and then to what was written."""
        if running:
            self.cancel.show()
            if self.write.hasFocus():
                self.cancel.setFocus()
        self._ready()
        if not running and self.cancel.hasFocus():
            ways = (self.open_quote, self.open_folder, self.write)
            next(way for way in ways if way.isVisibleTo(self.window())).setFocus()
        self.cancel.setVisible(running)

    def _done(self) -> str:
        exporter, t = self.ctx.exporter, self.ctx.t
        if exporter.target != exporter.folder:
            return t("All in {file}", file=exporter.target)
        return t("{n} files in {folder}", n=len(exporter.files), folder=exporter.target)

    def _ready(self) -> None:
        t, why = self.ctx.t, self._blocked()
        self.forms.show("zip" if self.zipped else "folder")
        self.write.setText(t("Write the zip file") if self.zipped else t("Write the files"))
        self.write.setEnabled(not why and self.ctx.exporter.state != "running")
        self.write.setToolTip(why)
        self.print.setEnabled(bool(self.ctx.drafter.drafts.pdf))
        note = t("It is replaced.") if self.zipped else t("Files of an earlier plan in it are replaced.")
        note = note if Path(self.folder.text()).expanduser().exists() else t("It will be made.")
        self.folder_note.setText("⚠ " + why if why else note)


def default_folder() -> Path:
    """Return a folder for the outputs under the user's documents."""
    base = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return (Path(base) if base else Path.home()) / "rackwright"
