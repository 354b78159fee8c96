"""The catalogue's models: search as you type, narrowed by family, size, context and licence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QGridLayout, QLineEdit, QListView, QWidget

from wizard.catalog.records import Model
from wizard.ui.context import Context
from wizard.ui.model_filter import CONTEXTS, LICENCES, SIZES, ModelFilter, families
from wizard.ui.model_list import ID_ROLE, SERVED, WRITERS, ModelList, ModelRow, search
from wizard.ui.widgets.basic import button, column, row, text


class _Search(QLineEdit):
    """A search line that hands Up, Down and Enter to the list below."""

    def __init__(self, picker: ModelPicker) -> None:
        super().__init__()
        self.picker = picker

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.picker.go_by(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.text().strip():
            self.picker.take_first()
        else:
            super().keyPressEvent(event)


class ModelPicker(QWidget):
    """Search line, filters and list; ``pick(id)`` is called with what the user chooses."""

    def __init__(self, ctx: Context, pick: Callable[[str], object]) -> None:
        super().__init__()
        self.ctx, self._pick_id = ctx, pick
        self.models = list(ctx.session.catalog.models.values())
        self.filter = ModelFilter()
        self._served = ctx.session.needs.use_case in SERVED
        self.list_model = ModelList(ctx.tr, [m for m in search(self.models, "") if self._fits(m)])
        self.line = _Search(self)
        self.line.setObjectName("model-search")
        self.line.setPlaceholderText(ctx.t("Search {n} models", n=self.list_model.rowCount()))
        self.line.setAccessibleName(ctx.t("Search models"))
        self.line.setClearButtonEnabled(True)
        self.line.textChanged.connect(lambda _typed: self._search())
        self.view = QListView()
        self.view.setObjectName("model-list")
        self.view.setAccessibleName(ctx.t("Models"))
        self.view.setAccessibleDescription(ctx.t("Up and Down walk through the models, Enter takes one."))
        self.view.setModel(self.list_model)
        self._row = ModelRow(ctx.tokens)
        self.view.setItemDelegate(self._row)
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setMinimumHeight(280)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.clicked.connect(self._pick)
        self.view.activated.connect(self._pick)
        self.found = text("", "caption", wrap=False)
        self.fault = text("", "fault")
        self.fault.setObjectName("model-fault")
        self.reset = button(ctx.t("Show all"), self._reset, role="link", name="model-show-all")
        box = column(self.line, self._filters(), self.fault, self.view, row(self.found, -1, self.reset), gap=6)
        box.setStretch(3, 1)
        self.setLayout(box)

    def _filters(self) -> QGridLayout:
        t = self.ctx.t
        self.combos = {
            "family": self._combo("family", t("Family"), [("", t("Every family")), *families(self.models)]),
            "size": self._combo("size", t("Size"), [("", t("Every size")), *((c, t(w)) for c, w, _, _ in SIZES)]),
            "context": self._combo(
                "context", t("Context"), [(0, t("Every context")), *((n, t(w)) for n, w in CONTEXTS)]
            ),
            "licence": self._combo(
                "licence", t("Licence"), [("", t("Every licence")), *((c, t(w)) for c, w in LICENCES)]
            ),
        }
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        for n, combo in enumerate(self.combos.values()):
            grid.addWidget(combo, n // 2, n % 2)
            grid.setColumnStretch(n % 2, 1)
        return grid

    def _combo(self, key: str, title: str, choices: Sequence[tuple[object, str]]) -> QComboBox:
        combo = QComboBox()
        combo.setObjectName(f"filter={key}")
        combo.setAccessibleName(title)
        combo.setMinimumContentsLength(8)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for value, words in choices:
            combo.addItem(words, value)
        combo.currentIndexChanged.connect(lambda _n: self._narrow())
        return combo

    def _narrow(self) -> None:
        chosen = {key: combo.currentData() for key, combo in self.combos.items()}
        self.filter = ModelFilter(**chosen)
        self._search()

    def _reset(self) -> None:
        for combo in self.combos.values():
            combo.setCurrentIndex(0)
        self.line.clear()

    def _search(self) -> None:
        typed = self.line.text()
        found = [m for m in search(self.models, typed) if self.filter.takes(m) and self._fits(m)]
        meant = self.ctx.session.resolve(typed.strip()) if typed.strip() and not found else None
        model = self.ctx.session.catalog.models[meant] if meant else None
        if model is not None and self.filter.takes(model):
            found = [model]
        self.list_model.show_models(found)
        self.mark()

    def _fits(self, model: Model) -> bool:
        """Whether the use case can be planned for it: only models that write text are served."""
        return model.kind in WRITERS or not self._served

    def _pick(self, index: QModelIndex) -> None:
        if index.isValid():
            self._pick_id(str(index.data(ID_ROLE)))

    def go_by(self, way: int) -> None:
        """Choose the model above or below."""
        count = self.list_model.rowCount()
        if not count:
            return
        at = self.view.currentIndex().row()
        self._pick(self.list_model.index(max(0, min(count - 1, at + way)) if at >= 0 else 0))

    def take_first(self) -> None:
        """Choose the marked model if it is in the list, else the first."""
        chosen = self.list_model.row_of(self.ctx.session.needs.model)
        if self.list_model.rowCount():
            if chosen < 0:
                self._pick(self.list_model.index(0))
            self.line.clear()

    def mark(self) -> None:
        """Mark the chosen model, and say how many there are."""
        at = self.list_model.row_of(self.ctx.session.needs.model)
        index = self.list_model.index(at) if at >= 0 else QModelIndex()
        if self.view.currentIndex() != index or not index.isValid():
            self.view.setCurrentIndex(index)
            if index.isValid():
                self.view.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        count, t = self.list_model.rowCount(), self.ctx.t
        narrowed = self.filter != ModelFilter()
        nothing = t("No model is all of this.") if narrowed else t("No model has these words in its name.")
        self.found.setText(t("{n} models", n=count) if count else nothing)
        self.reset.setVisible(narrowed or bool(self.line.text()))

    def refresh(self) -> None:
        """Show what is chosen, and what is wrong with it."""
        served = self.ctx.session.needs.use_case in SERVED
        if served != self._served:
            self._served = served
            self._search()
        why = self.ctx.session.problem("model")
        self.fault.setText("⚠ " + why if why else "")
        self.fault.setVisible(bool(why))
        self.mark()
