"""A model dimension by dimension, with its size as one types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from wizard.catalog.own_architecture import OwnArchitecture, described
from wizard.catalog.records import Model
from wizard.errors import InputError
from wizard.i18n import mark
from wizard.ui import figures
from wizard.ui.context import Context
from wizard.ui.own_model import BLANK, NAMES, Dimensions
from wizard.ui.widgets.basic import button, column, row, text
from wizard.ui.widgets.plain_number import PlainNumber

COLUMNS = 3
MINE = mark("my-model")


class OwnModelForm(QWidget):
    """The form.

    Args:
        ctx: words and colours.
        draw: called with the model that the numbers make, or with ``None``.
        take: called with the architecture when the user is content with it.
    """

    def __init__(
        self, ctx: Context, draw: Callable[[Model | None], object], take: Callable[[OwnArchitecture], object]
    ) -> None:
        super().__init__()
        self.ctx, self._draw, self._take = ctx, draw, take
        self.model: Model | None = None
        self.name = QLineEdit(ctx.t(MINE))
        self.name.setObjectName("own-name")
        self.name.setAccessibleName(ctx.t("Name of the model"))
        self.name.setMaxLength(200)
        self.name.textEdited.connect(lambda _typed: self._changed())
        label = text(ctx.t("Name of the model"), "caption", wrap=False)
        label.setBuddy(self.name)
        self.numbers: dict[str, PlainNumber] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        for n, (code, words) in enumerate(NAMES.items()):
            made = PlainNumber(ctx.tr, f"own-{code}", ctx.t(words), "–" if code in BLANK else "")
            made.changed.connect(self._changed)
            self.numbers[code] = made
            grid.addWidget(made, n // COLUMNS, n % COLUMNS)
        for n in range(COLUMNS):
            grid.setColumnStretch(n, 1)
        self.figure = text("", "figure")
        self.figure.setObjectName("own-size")
        self.note = text("", "caption")
        self.note.setObjectName("own-note")
        self.use = button(ctx.t("Use this model"), self._use, role="primary", name="own-use")
        self.setLayout(
            column(
                text(ctx.t("As its config.json states it; blank means it has none."), "caption"),
                label,
                self.name,
                grid,
                self.figure,
                self.note,
                row(self.use, -1),
                -1,
            )
        )

    def show_dimensions(self, dimensions: Dimensions) -> None:
        """Fill the form."""
        if dimensions.name:
            self.name.setText(dimensions.name)
        for code, made in self.numbers.items():
            made.show_value(getattr(dimensions, code))
        self._changed()

    @property
    def dimensions(self) -> Dimensions:
        """What stands in the form."""
        values = {f.name: self.numbers[f.name].value for f in fields(Dimensions) if f.name in self.numbers}
        return Dimensions(name=self.name.text().strip(), **values)

    def _changed(self) -> None:
        self.model, fault = None, self._fault()
        if not fault:
            try:
                self.model = described(self.dimensions.architecture(self._name))
            except InputError as error:
                fault = self.ctx.tr.error(error)
            except ValueError:
                fault = self.ctx.t("Begin the name with a letter or a figure.")
        self.figure.setText(self._size(self.model))
        self.note.setText("⚠ " + fault if fault else "")
        self.note.setVisible(bool(fault))
        self.use.setEnabled(self.model is not None)
        self._draw(self.model)

    @property
    def _name(self) -> str:
        return self.name.text().strip() or self.ctx.t(MINE)

    def _fault(self) -> str:
        t = self.ctx.t
        wrong = next((code for code, made in self.numbers.items() if made.wrong), "")
        if wrong:
            return t("{field}: give a whole number.", field=t(NAMES[wrong]))
        missing = self.dimensions.missing
        return t("{field} is missing.", field=t(NAMES[missing])) if missing else ""

    def _size(self, model: Model | None) -> str:
        t = self.ctx.t
        if model is None:
            return "–"
        size = t("{n} parameters", n=figures.params(self.ctx.tr, model.total_params))
        if model.is_moe and model.active_params:
            active = figures.params(self.ctx.tr, model.active_params)
            size = t("{size}, {active} active", size=size, active=active)
        return size

    def _use(self) -> None:
        # A number may stand in the form that no key was pressed for.
        self._changed()
        if self.model is not None:
            self._take(self.dimensions.architecture(self._name))
