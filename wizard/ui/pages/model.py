"""Which model: from the catalogue, from a file, by hand, or a size class; what it weighs at each precision."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from wizard.catalog.own_architecture import OwnArchitecture
from wizard.catalog.records import Model
from wizard.i18n import mark
from wizard.needs.sizes import TYPICAL
from wizard.ui import figures
from wizard.ui.answers import SIZE_CLASSES
from wizard.ui.charts.bars import Bar, Bars
from wizard.ui.context import Context
from wizard.ui.model_list import about_model
from wizard.ui.opening import with_architecture
from wizard.ui.own_model import Dimensions, dimensions_of
from wizard.ui.pages.base import Page
from wizard.ui.say import precision
from wizard.ui.widgets.basic import Panel, button, row, text
from wizard.ui.widgets.cards import ChipField, Choice, title_card
from wizard.ui.widgets.flow_layout import FlowLayout
from wizard.ui.widgets.fold import Fold
from wizard.ui.widgets.model_picker import ModelPicker
from wizard.ui.widgets.numbers import NumberField
from wizard.ui.widgets.own_model_form import OwnModelForm
from wizard.ui.widgets.speed_fold import SpeedFold

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
WAYS = (
    ("catalogue", mark("From the catalogue")),
    ("size", mark("Not decided yet")),
    ("own", mark("By hand")),
)


class ModelPage(Page):
    """Which model?"""

    def __init__(self, ctx: Context) -> None:
        super().__init__(
            ctx, ctx.t("Which model?"), ctx.t("Its size and its kind of attention decide how much memory is needed.")
        )
        self.drawn: Model | None = None
        self.way = ""
        self.add(self._ways())
        self.stack = QStackedWidget()
        self.picker = ModelPicker(ctx, lambda name: ctx.session.put({"model": name, "size_class": None}))
        self.stack.addWidget(self.picker)
        self.stack.addWidget(self._sizes())
        self.form = OwnModelForm(ctx, self._draw, self._take)
        self.stack.addWidget(self.form)
        line = row(self.stack, self._right(), gap=20)
        line.setStretch(0, 10)
        line.setStretch(1, 10)
        self.body.addLayout(line, 1)
        self._way("catalogue" if ctx.session.needs.model else "size")

    def _ways(self) -> QWidget:
        ctx = self.ctx
        holder = QWidget()
        line = FlowLayout(holder, gap=6)
        self.ways = Choice(holder, self._way)
        for code, words in WAYS:
            chip = button(ctx.t(words), role="chip", name=f"model-way={code}")
            self.ways.add(code, chip)
            line.addWidget(chip)
        line.addWidget(button(ctx.t("From a file..."), ctx.open_dialog, role="chip", name="model-file"))
        return holder

    def _way(self, code: object) -> None:
        self.way = str(code)
        self.ways.show(code)
        self.stack.setCurrentIndex([way for way, _ in WAYS].index(str(code)))
        if code == "own" and self.form.model is None:
            self.form.show_dimensions(self._dimensions())
        self._weights()

    def _sizes(self) -> QWidget:
        ctx = self.ctx
        holder = QWidget()
        box = QVBoxLayout(holder)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(12)
        self.sizes = Choice(holder, lambda code: ctx.session.put({"size_class": code, "model": ""}))
        for code, title, note in SIZE_CLASSES:
            card = title_card(ctx.tokens, ctx.t(title), ctx.t(note))
            card.setObjectName(f"size_class={code}")
            example = text(ctx.t("planned with {name}", name=TYPICAL[code].rpartition("/")[2]), "caption")
            example.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            card.body.addWidget(example)
            self.sizes.add(code, card)
            box.addWidget(card)
        box.addWidget(text(ctx.t("Another size in mind? Filter the catalogue by size."), "caption"))
        box.addStretch(1)
        return holder

    def _right(self) -> QWidget:
        ctx = self.ctx
        holder = QWidget()
        box = QVBoxLayout(holder)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(14)
        self.weigh = Panel(ctx.t("What it weighs"), " ")
        self.bars = Bars(ctx.tokens, ctx.tr, ctx.t("What it weighs"))
        self.weigh.add(self.bars)
        self.about = text("", "caption")
        self.weigh.add(self.about)
        box.addWidget(self.weigh)
        self.fold = Fold(ctx, ctx.t("Precision and engine"), name="fold-precision")
        for made in (
            ChipField(ctx, "precision.weights", ctx.t("Weight precision"), [(v, ctx.t(w)) for v, w in WEIGHTS]),
            ChipField(ctx, "precision.kv_cache", ctx.t("KV cache precision"), [(v, ctx.t(w)) for v, w in CACHES]),
            ChipField(ctx, "engine", ctx.t("Serving engine"), [(v, ctx.t(w)) for v, w in ENGINES]),
            NumberField(
                ctx,
                "max_context_tokens",
                ctx.t("Longest context"),
                unit=ctx.t("tokens"),
                kind=int,
                blank=ctx.t("prompt + answer"),
            ),
        ):
            self.fold.add(self.field(made))
        box.addWidget(self.fold)
        self.speed = SpeedFold(self, ctx)
        box.addWidget(self.speed)
        box.addStretch(1)
        return holder

    # --- what is meant

    @property
    def _model(self) -> Model | None:
        """The model that is asked for, or drawn by hand and not taken yet."""
        if self.way == "own":
            return self.drawn
        session = self.ctx.session
        name = session.needs.model
        if not name and session.needs.size_class:
            name = TYPICAL[session.needs.size_class]
        return session.catalog.models.get(session.resolve(name) or "") if name else None

    def _dimensions(self) -> Dimensions:
        session = self.ctx.session
        model = session.catalog.models.get(session.resolve(session.needs.model) or "") if session.needs.model else None
        return dimensions_of(model) if model is not None else Dimensions()

    def _draw(self, model: Model | None) -> None:
        self.drawn = model
        self._weights()

    def _take(self, own: OwnArchitecture) -> None:
        self.way = "catalogue"
        self.ctx.session.replace(with_architecture(self.ctx.session.needs, own))

    # --- showing

    def first_focus(self) -> bool:
        if self.way != "catalogue":
            return super().first_focus()
        self.picker.line.setFocus()
        return True

    def refresh(self) -> None:
        super().refresh()
        needs = self.ctx.session.needs
        self.sizes.show(None if needs.model else needs.size_class)
        if self.way != "own":
            wanted = "catalogue" if needs.model else "size" if needs.size_class else self.way
            if wanted != self.way and not self.ways.buttons["size"].hasFocus():
                self._way(wanted)
        self.picker.refresh()
        set_by_hand = [needs.precision.weights, needs.precision.kv_cache, needs.engine]
        words = " · ".join(precision(self.ctx.tr, x) for x in set_by_hand if x != "auto")
        self.speed.show_needs(needs)
        self.fold.say(words or self.ctx.t("Automatic"))
        self._weights()

    def _weights(self) -> None:
        ctx, model = self.ctx, self._model
        # The first plan loads the engine off the main thread; before it there is nothing to weigh with.
        ready = ctx.session.plan is not None or ctx.session.plan_error is not None
        self.weigh.setVisible(model is not None and ready)
        if model is None or not ready:
            return
        from wizard.planner.models import summary

        plan, option = ctx.session.plan, ctx.session.option
        used = option.weight_precision if option and plan and plan.model.id == model.id else ""
        self.weigh.note.setText(model.name)
        self.bars.show_bars(
            [
                Bar(precision(ctx.tr, name), size, figures.gigabytes(ctx.tr, size), chosen=name == used)
                for name, size in summary(model).weight_bytes.items()
            ]
        )
        self.about.setText("\n".join(about_model(ctx.tr, model)))
