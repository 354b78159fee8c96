"""Which model: search as you type, or a size class; what it weighs at each precision."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QListView, QVBoxLayout, QWidget

from wizard.i18n import mark
from wizard.ui import figures
from wizard.ui.answers import SIZE_CLASSES
from wizard.ui.charts.bars import Bar, Bars
from wizard.ui.context import Context
from wizard.ui.model_list import ID_ROLE, ModelList, ModelRow, search
from wizard.ui.pages.base import Page
from wizard.ui.say import precision
from wizard.ui.widgets.basic import Panel, button, column, row, text
from wizard.ui.widgets.cards import ChipField, Choice
from wizard.ui.widgets.fields import NumberField
from wizard.ui.widgets.flow_layout import FlowLayout
from wizard.words import number

WEIGHTS = (
    ("auto", mark("Automatic")),
    ("native", mark("As published")),
    ("bf16", "BF16"),
    ("fp8", "FP8"),
    ("int8", "INT8"),
    ("fp4", "FP4"),
    ("int4", "INT4"),
)
CACHES = (("auto", mark("Automatic")), ("bf16", "BF16"), ("fp8", "FP8"))
ENGINES = (
    ("auto", mark("Automatic")),
    ("vllm", "vLLM"),
    ("sglang", "SGLang"),
    ("tensorrt-llm", "TensorRT-LLM"),
    ("llama.cpp", "llama.cpp"),
)


class _Search(QLineEdit):
    """A search line that hands Up, Down and Enter to the list below."""

    def __init__(self, page: ModelPage) -> None:
        super().__init__()
        self.page = page

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.page.go_by(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.text().strip():
            self.page.take_first()
        else:
            super().keyPressEvent(event)


class ModelPage(Page):
    """Which model?"""

    def __init__(self, ctx: Context) -> None:
        super().__init__(
            ctx, ctx.t("Which model?"), ctx.t("Its size and its kind of attention decide how much memory is needed.")
        )
        self.models = list(ctx.session.catalog.models.values())
        self.list_model = ModelList(ctx.tr, search(self.models, ""))
        left = self._left()
        right = self._right()
        line = row(left, right, gap=20)
        line.setStretch(0, 10)
        line.setStretch(1, 11)
        self.body.addLayout(line, 1)

    def _left(self) -> QWidget:
        ctx = self.ctx
        self.line = _Search(self)
        self.line.setObjectName("model-search")
        self.line.setPlaceholderText(ctx.t("Search {n} models", n=len(self.models)))
        self.line.setAccessibleName(ctx.t("Search models"))
        self.line.setClearButtonEnabled(True)
        self.line.textChanged.connect(self._typed)
        self.view = QListView()
        self.view.setObjectName("model-list")
        self.view.setAccessibleName(ctx.t("Models"))
        self.view.setModel(self.list_model)
        self._row = ModelRow(ctx.tokens)
        self.view.setItemDelegate(self._row)
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setMinimumHeight(300)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.clicked.connect(self._pick)
        self.view.activated.connect(self._pick)
        self.found = text("", "caption", wrap=False)
        self.fault = text("", "fault")
        self.fault.setObjectName("model-fault")
        holder = QWidget()
        box = column(self.line, self.fault, self.view, self.found, gap=6)
        box.setStretch(2, 1)
        holder.setLayout(box)
        return holder

    def _right(self) -> QWidget:
        ctx = self.ctx
        holder = QWidget()
        box = QVBoxLayout(holder)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(14)
        box.addWidget(self._sizes())
        self.weigh = Panel(ctx.t("What it weighs"))
        self.bars = Bars(ctx.tokens, ctx.tr, ctx.t("What it weighs"))
        self.weigh.add(self.bars)
        self.kv = text("", "caption")
        self.weigh.add(self.kv)
        box.addWidget(self.weigh)
        box.addWidget(
            self.field(
                ChipField(
                    ctx,
                    "precision.weights",
                    ctx.t("Weight precision"),
                    [(v, ctx.t(w)) for v, w in WEIGHTS],
                )
            )
        )
        box.addWidget(
            self.field(
                ChipField(
                    ctx,
                    "precision.kv_cache",
                    ctx.t("KV cache precision"),
                    [(v, ctx.t(w)) for v, w in CACHES],
                )
            )
        )
        box.addWidget(
            self.field(
                ChipField(
                    ctx,
                    "engine",
                    ctx.t("Serving engine"),
                    [(v, ctx.t(w)) for v, w in ENGINES],
                )
            )
        )
        box.addWidget(
            self.field(
                NumberField(
                    ctx,
                    "max_context_tokens",
                    ctx.t("Longest context"),
                    unit=ctx.t("tokens"),
                    kind=int,
                    blank=ctx.t("prompt + answer"),
                )
            )
        )
        box.addStretch(1)
        return holder

    def _sizes(self) -> QWidget:
        ctx = self.ctx
        holder = QWidget()
        chips = QWidget()
        line = FlowLayout(chips, gap=6)
        self.sizes = Choice(holder, lambda code: ctx.session.put({"size_class": code, "model": ""}))
        for code, title, note in SIZE_CLASSES:
            chip = button(ctx.t(title), role="chip", name=f"size_class={code}")
            chip.setToolTip(ctx.t(note))
            chip.setAccessibleDescription(ctx.t(note))
            self.sizes.add(code, chip)
            line.addWidget(chip)
        self.size_note = text("", "caption")
        holder.setLayout(column(text(ctx.t("Not decided yet? Choose a size class.")), chips, self.size_note, gap=4))
        return holder

    # --- the list

    def _typed(self, typed: str) -> None:
        found = search(self.models, typed)
        meant = self.ctx.session.resolve(typed.strip()) if typed.strip() and not found else None
        self.list_model.show_models([self.ctx.session.catalog.models[meant]] if meant else found)
        self._mark()

    def _pick(self, index: QModelIndex) -> None:
        if index.isValid():
            self.ctx.session.put({"model": str(index.data(ID_ROLE)), "size_class": None})

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

    def _mark(self) -> None:
        at = self.list_model.row_of(self.ctx.session.needs.model)
        index = self.list_model.index(at) if at >= 0 else QModelIndex()
        if self.view.currentIndex() != index or not index.isValid():
            self.view.setCurrentIndex(index)
            if index.isValid():
                self.view.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        count = self.list_model.rowCount()
        self.found.setText(
            self.ctx.t("{n} models", n=count) if count else self.ctx.t("No model has these words in its name.")
        )

    # --- showing

    def refresh(self) -> None:
        super().refresh()
        needs = self.ctx.session.needs
        self.sizes.show(None if needs.model else needs.size_class)
        notes = {code: note for code, _, note in SIZE_CLASSES}
        self.size_note.setText("" if needs.model or not needs.size_class else self.ctx.t(notes[needs.size_class]))
        self.size_note.setVisible(bool(self.size_note.text()))
        why = self.ctx.session.problem("model")
        self.fault.setText("⚠ " + why if why else "")
        self.fault.setVisible(bool(why))
        self._mark()
        self._weights()

    def _weights(self) -> None:
        ctx = self.ctx
        plan, option = ctx.session.plan, ctx.session.option
        fresh = plan is not None and plan.model.weight_bytes and plan.needs.model == ctx.session.needs.model
        self.weigh.setVisible(bool(fresh))
        if plan is None or not fresh:
            return
        self.weigh.note.setText(plan.model.name)
        used = option.weight_precision if option else ""
        self.bars.show_bars(
            [
                Bar(precision(ctx.tr, name), size, figures.gigabytes(ctx.tr, size), chosen=name == used)
                for name, size in plan.model.weight_bytes.items()
            ]
        )
        self.kv.setText(
            ctx.t("KV cache at BF16: {n} KiB per token", n=number(ctx.tr, plan.model.kv_bytes_per_token / 1024))
        )
