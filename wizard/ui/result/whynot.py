"""Why not this one: type a name, read its case; below, the verdict on every accelerator of the catalogue."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QLineEdit, QTableView

from wizard.errors import InputError
from wizard.planner.plan import Plan
from wizard.ui import figures
from wizard.ui.context import Context
from wizard.ui.result.case import CasePanel
from wizard.ui.result.section import Section
from wizard.ui.result.verdicts import Verdict, VerdictModel, matching, verdicts
from wizard.ui.widgets.basic import Panel
from wizard.ui.widgets.lines import put

ROW, ROWS = 42, 11


class _Search(QLineEdit):
    """Up and Down walk through the list below without leaving the line."""

    def __init__(self, step: Callable[[int], None]) -> None:
        super().__init__()
        self._step = step

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._step(1 if event.key() == Qt.Key.Key_Down else -1)
            return
        super().keyPressEvent(event)


class WhyNotSection(Section):
    """The search, the list and the case of what is chosen in it.

    Args:
        kept: called after a plan was kept to be compared.
    """

    def __init__(self, ctx: Context, kept: Callable[[], object]) -> None:
        super().__init__(ctx)
        self.search = _Search(self._walk)
        self.search.setObjectName("why-not-search")
        self.search.setPlaceholderText(ctx.t("Why not ...? Type a name: 4090, MI300X, 昇腾 910B"))
        self.search.setAccessibleName(ctx.t("Why not this accelerator?"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._typed)
        self.model = VerdictModel(ctx)
        self.table = QTableView()
        self._compose_table()
        self.panel = Panel(ctx.t("Every accelerator of the catalogue"), " ", padding=10)
        self.panel.add(self.table)
        self.panel.body.addStretch(1)
        self.case = CasePanel(ctx, kept)
        across = QHBoxLayout()
        across.setSpacing(12)
        across.addWidget(self.panel, 43)
        across.addWidget(self.case, 34)
        self.box.addWidget(self.search)
        self.box.addLayout(across)
        self._plan: Plan | None = None
        self._all: tuple[Verdict, ...] = ()
        ctx.session.asides.asking.changed.connect(self._on_case)

    def _compose_table(self) -> None:
        table = self.table
        table.setModel(self.model)
        table.setObjectName("why-not-table")
        table.setAccessibleName(self.ctx.t("Every accelerator of the catalogue"))
        table.setAccessibleDescription(self.ctx.t("Up and Down choose one; its case stands beside the list."))
        table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(ROW)
        table.setFixedHeight(ROW * ROWS + 34)
        head = table.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        table.selectionModel().currentRowChanged.connect(self._chosen)

    def show_plan(self, plan: Plan) -> None:
        if plan is not self._plan:
            self._plan = plan
            self.model.forget()
            self._all = verdicts(plan, self.ctx.session.catalog)
            self._filter(self.ctx.session.asides.asked)
        self._on_case()

    def first_focus(self) -> bool:
        self.search.setFocus()
        return True

    def ask(self, accelerator: str) -> None:
        """Show the case of an accelerator."""
        self.search.setText(self.ctx.session.accelerator_name(accelerator))

    def _typed(self, _words: str) -> None:
        self._filter("")

    def _filter(self, wanted: str) -> None:
        """List what matches, and choose ``wanted`` in it or else the first that was not chosen by the plan."""
        rows = matching(self._all, self.search.text())
        self.model.show_rows(rows)
        note = self.ctx.t("{n} of {all}", n=figures.plain(self.ctx.tr, len(rows)), all=len(self._all))
        if not rows:
            note = self.ctx.t("Nothing is called that.")
        put(self.panel.note, note)
        ids = [row.accelerator.id for row in rows]
        if wanted in ids:
            self._select(ids.index(wanted))
        elif rows:
            self._select(0)
        self._on_case()

    def _select(self, at: int) -> None:
        index = self.model.index(at, 0)
        rows = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.table.selectionModel().setCurrentIndex(index, rows)
        self.table.scrollTo(index)

    def _walk(self, way: int) -> None:
        last = len(self.model.rows) - 1
        if last >= 0:
            self._select(max(0, min(last, self.table.currentIndex().row() + way)))

    def _chosen(self, now: QModelIndex, _before: QModelIndex) -> None:
        if now.isValid() and self._plan is not None:
            self.ctx.session.asides.ask(self._plan, self.model.rows[now.row()].accelerator.id)
            self._on_case()

    def _on_case(self) -> None:
        asides = self.ctx.session.asides
        about = bool(asides.asked) and self._plan is not None and bool(self.model.rows)
        self.case.setVisible(about)
        if about and self._plan is not None:
            error = asides.asking.error
            words = self.ctx.session.tr_.error(error) if isinstance(error, InputError) else repr(error) if error else ""
            self.case.show_case(self._plan, asides.asked, asides.case, words)
            if asides.case is not None and asides.case.feasible and asides.case.ruled_out is None:
                option = asides.case.option
                self.model.allow(asides.case.accelerator, priced=option is not None and option.cost.total is not None)
