"""The catalogue's models as a list that one searches by typing."""

from __future__ import annotations

import re
from collections.abc import Iterable

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from wizard.catalog.architecture_traits import is_listed
from wizard.catalog.prices import OWN_SOURCE
from wizard.catalog.records import Model
from wizard.i18n import Translator
from wizard.ui import figures
from wizard.ui.theme import BODY, CAPTION, Tokens
from wizard.words import number

Index = QModelIndex | QPersistentModelIndex
ID_ROLE = Qt.ItemDataRole.UserRole + 1
NOTE_ROLE = Qt.ItemDataRole.UserRole + 2
_SERVED = ("decoder", "vl")
WRITERS = frozenset({"decoder", "vl", "training"})
"""As in :mod:`wizard.planner.models`, which loads the engine and so comes later."""
SERVED = ("inference", "edge")


def search(models: Iterable[Model], typed: str) -> list[Model]:
    """Return the models that hold every typed word, the best first: known families by name, then by size."""
    words = re.findall(r"[a-z0-9.]+", typed.lower())
    found = []
    for model in models:
        spaced = re.sub(r"[^a-z0-9.]+", " ", " ".join((model.id, model.family, *model.aliases)).lower())
        squeezed = spaced.replace(" ", "")
        if all(word in spaced or (len(word) > 3 and word in squeezed) for word in words):
            found.append(model)
    exact = typed.strip().lower()
    return sorted(
        found,
        key=lambda m: (
            OWN_SOURCE not in m.sources,
            not m.name.lower().startswith(exact),
            m.kind not in _SERVED,
            -_year(m),
            m.family,
            m.total_params,
        ),
    )


def _year(model: Model) -> int:
    return model.release_date.toordinal() // 90 if model.release_date else 0


def describe_model(tr: Translator, model: Model) -> str:
    """Return size, attention and context of a model in one line."""
    size = figures.params(tr, model.total_params)
    if model.is_moe and model.active_params:
        size = tr("{size}, {active} active", size=size, active=figures.params(tr, model.active_params))
    parts = [size]
    if model.attention:
        parts.append(model.attention.partition("(")[0].upper().replace("HYBRID", tr("hybrid")))
    if model.max_context:
        parts.append(tr("{n} context", n=f"{model.max_context // 1024}k"))
    return " · ".join(parts)


def about_model(tr: Translator, model: Model) -> list[str]:
    """Return what one should know of a model beside its weights: cache, licence, and what its figures leave out."""
    found = [describe_model(tr, model)]
    if model.kv_bytes_per_token_bf16:
        found.append(tr("KV cache at BF16: {n} KiB per token", n=number(tr, model.kv_bytes_per_token_bf16 / 1024)))
    if model.licence:
        found.append(tr("Licence: {name}", name=model.licence))
    if OWN_SOURCE in model.sources:
        found.append(tr("Your own model; it travels inside the project."))
        if not is_listed(model.hf_architecture):
            name = model.hf_architecture or "?"
            found.append("⚠ " + tr("The architecture {name} is not known: weighed as a Llama-like model.", name=name))
        if model.kind == "vl" and not model.vision_params:
            found.append("⚠ " + tr("Its vision part is not counted: the config does not give its size."))
    return found


class ModelList(QAbstractListModel):
    """The found models."""

    def __init__(self, tr: Translator, models: list[Model]) -> None:
        super().__init__()
        self.tr_, self.models = tr, models

    def show_models(self, models: list[Model]) -> None:
        """Replace the list."""
        self.beginResetModel()
        self.models = models
        self.endResetModel()

    def row_of(self, model_id: str) -> int:
        """Return the row of a model, or -1."""
        return next((n for n, m in enumerate(self.models) if m.id == model_id), -1)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.models)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.models):
            return None
        model = self.models[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return model.name
        if role == ID_ROLE:
            return model.id
        if role in (NOTE_ROLE, Qt.ItemDataRole.AccessibleDescriptionRole):
            return describe_model(self.tr_, model)
        return model.id if role == Qt.ItemDataRole.ToolTipRole else None


class ModelRow(QStyledItemDelegate):
    """Draws a model as its name over its size, the chosen one on the accent with a bar at its left."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self.tokens = tokens

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(200, 46)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        t = self.tokens
        box = QRectF(option.rect)
        state = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, t.colour("accent_soft" if chosen else "pane"))
        if chosen:
            painter.fillRect(QRectF(box.left(), box.top(), 3, box.height()), t.colour("accent"))
        self._line(painter, box.adjusted(14, 4, -10, -22), str(index.data()), BODY, t.colour("text"), bold=chosen)
        self._line(painter, box.adjusted(14, 23, -10, -4), str(index.data(NOTE_ROLE)), CAPTION, t.colour("secondary"))
        painter.setPen(QPen(t.colour("hairline")))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        painter.restore()

    def _line(self, p: QPainter, box: QRectF, words: str, size: int, colour: QColor, *, bold: bool = False) -> None:
        font = QFont(p.font())
        font.setPixelSize(size)
        font.setBold(bold)
        p.setFont(font)
        p.setPen(colour)
        p.drawText(
            box,
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
            QFontMetricsF(font).elidedText(words, Qt.TextElideMode.ElideMiddle, box.width()),
        )
