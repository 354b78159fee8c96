"""The bill of materials as a table: sorted on numbers, copied as tab-separated text, its figures changed in place."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView

from wizard.costing.records import Bom, BomLine
from wizard.i18n import Translator, mark
from wizard.ui import figures, theme
from wizard.ui.context import Context
from wizard.words import describe, label

Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
HEADS = (mark("No."), mark("Item"), mark("Qty"), mark("Unit"), mark("Discount"), mark("Amount"), mark("Price"))
PRICES = {
    "contract": mark("contract"),
    "quote": mark("quote"),
    "list": mark("list"),
    "street": mark("street"),
    "estimate": mark("estimate"),
    "yours": mark("yours"),
}
RIGHT = (0, 2, 3, 4, 5)
CHANGED = {2: "quantity", 3: "unit_price", 4: "discount"}
"""Columns whose figures may be changed, and what they change."""
DISCOUNT, PRICE = 4, 6

Change = Callable[[BomLine, str, str], bool]
"""``change(line, field, typed)``; returns whether it could be taken."""
Cell = Qt.ItemDataRole
WIDTHS = {0: 40, 2: 48, 3: 84, 4: 60, 5: 92, 6: 120}
"""Least widths; the item takes what is left."""
PADDING = 8
SHORT = 620
ROWS = 9
"""A longer bill scrolls, so that the line's figures and the totals stay in sight."""


class BomModel(QAbstractTableModel):
    """Lines of a bill."""

    def __init__(self, ctx: Context, change: Change | None = None) -> None:
        super().__init__()
        self.ctx, self._change = ctx, change
        self.bom: Bom | None = None
        self.editable = False
        self.short = False

    def show_bom(self, bom: Bom | None) -> None:
        """Replace the lines."""
        if bom is self.bom:
            return
        self.beginResetModel()
        self.bom = bom
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if self.bom is None or (parent is not None and parent.isValid()) else len(self.bom.lines)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Cell.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Cell.DisplayRole:
            return self.ctx.t(HEADS[section])
        return _side(section) if role == Cell.TextAlignmentRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        found = super().flags(index)
        return found | Qt.ItemFlag.ItemIsEditable if self.editable and index.column() in CHANGED else found

    def setData(self, index: Index, value: object, role: int = Cell.EditRole) -> bool:
        if self.bom is None or self._change is None or role != Cell.EditRole or index.column() not in CHANGED:
            return False
        line = self.bom.lines[index.row()]
        if str(value) == typed_value(self.ctx.tr, line, CHANGED[index.column()]):
            return False
        return self._change(line, CHANGED[index.column()], str(value))

    def data(self, index: Index, role: int = Cell.DisplayRole) -> object:
        if self.bom is None or not index.isValid():
            return None
        line, column = self.bom.lines[index.row()], index.column()
        if role == Cell.DisplayRole:
            return cells(self.ctx.tr, line, self.bom.currency, short=self.short)[column]
        if role == Cell.EditRole:
            return typed_value(self.ctx.tr, line, CHANGED.get(column, ""))
        if role == SORT_ROLE:
            return _key(line, column)
        if role == Cell.TextAlignmentRole:
            return _side(column)
        if role in (Cell.ToolTipRole, Cell.AccessibleDescriptionRole):
            return self._tip(line)
        if role == Cell.ForegroundRole and (line.stale or line.extended is None) and column == PRICE:
            return QColor(self.ctx.tokens.warning)
        if role == Cell.FontRole and line.edited and column in (1, *CHANGED):
            return theme.font(bold=True)
        return None

    def _tip(self, line: BomLine) -> str:
        parts = [f"{line.vendor} {line.description}", label(self.ctx.tr, line.category), line.part]
        if line.price_source:
            parts.append(self.ctx.t("price: {source}", source=line.price_source))
        if line.stale:
            parts.append(self.ctx.t("This price is old; ask for a new one."))
        return "\n".join(part for part in parts if part)


def cells(tr: Translator, line: BomLine, currency: str, *, short: bool = False) -> tuple[str, ...]:
    """Return the texts of a line; ``short`` leaves out the date of its price."""
    price = tr("no price known")
    if line.price_kind is not None:
        price = tr(PRICES[line.price_kind]) + (f" · {line.price_as_of:%Y-%m}" if line.price_as_of and not short else "")
    return (
        str(line.number),
        ("✎ " if line.edited else "") + describe(tr, line),
        figures.plain(tr, line.quantity),
        figures.money(tr, line.unit_list, currency),
        figures.percent(tr, float(line.discount)) if line.discount else "–",
        figures.money(tr, line.extended, currency),
        ("⚠ " if line.stale or line.extended is None else "") + price,
    )


def typed_value(tr: Translator, line: BomLine, field: str) -> str:
    """Return a figure of a line as one types it; empty where there is none."""
    value = {
        "quantity": float(line.quantity),
        "unit_price": None if line.unit_list is None else float(line.unit_list),
        "discount": float(line.discount) * 100,
    }.get(field)
    return "" if value is None else figures.plain(tr, value)


def _key(line: BomLine, column: int) -> object:
    nothing = Decimal(-1)
    return (
        line.number,
        line.description.casefold(),
        line.quantity,
        float(line.unit_list or nothing),
        float(line.discount),
        float(line.extended or nothing),
        line.price_kind or "",
    )[column]


def _side(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in RIGHT else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class BomTable(QTableView):
    """The bill, sorted by a click on a head; Ctrl+C copies the chosen rows, or all; typing changes a figure."""

    picked = Signal(object)

    def __init__(self, ctx: Context, change: Change | None = None) -> None:
        super().__init__()
        self.ctx = ctx
        self.setObjectName("bom")
        self.setAccessibleName(ctx.t("Bill of materials"))
        self.setAccessibleDescription(ctx.t("Up and Down choose a line; typing changes its figure, Ctrl+C copies it."))
        self.lines = BomModel(ctx, change)
        self.sorted = QSortFilterProxyModel(self)
        self.sorted.setSourceModel(self.lines)
        self.sorted.setSortRole(SORT_ROLE)
        self.setModel(self.sorted)
        self.setSortingEnabled(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(30)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.setEditTriggers(
            QTableView.EditTrigger.DoubleClicked
            | QTableView.EditTrigger.EditKeyPressed
            | QTableView.EditTrigger.AnyKeyPressed
        )
        self.selectionModel().currentRowChanged.connect(lambda _now, _before: self.picked.emit(self.line))

    @property
    def line(self) -> BomLine | None:
        """The line that is looked at."""
        index = self.sorted.mapToSource(self.currentIndex())
        bom = self.lines.bom
        return bom.lines[index.row()] if bom is not None and index.isValid() else None

    def allow(self, on: bool) -> None:
        """Let figures be changed, or only looked at."""
        self.lines.editable = on

    def show_bom(self, bom: Bom | None) -> None:
        """Show a bill, and stay on the line that is looked at."""
        if bom is self.lines.bom:
            return
        had, column = self.line, self.currentIndex().column()
        self.lines.show_bom(bom)
        rows = self.lines.rowCount()
        self.setFixedHeight(min(max(1, rows), ROWS) * 30 + self.horizontalHeader().sizeHint().height() + 4)
        self._columns()
        lines = bom.lines if bom is not None else ()
        place = next((n for n, x in enumerate(lines) if had and (x.part, x.reason) == (had.part, had.reason)), None)
        if place is not None:
            self.setCurrentIndex(self.sorted.mapFromSource(self.lines.index(place, max(0, column))))
        self.picked.emit(self.line)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        short = event.size().width() < SHORT
        if short != self.lines.short:
            self.lines.short = short
            self._columns()

    def _columns(self) -> None:
        """Give each column what its texts need; where there is no room, no discount and no date is shown."""
        head, bom = self.horizontalHeader(), self.lines.bom
        given = bom is not None and any(line.discount for line in bom.lines)
        self.setColumnHidden(DISCOUNT, self.lines.short and not given)
        for n, least in WIDTHS.items():
            words = QFontMetrics(head.font()).horizontalAdvance(self._head(n)) + 22
            room = max(words, self.sizeHintForColumn(n) + PADDING)
            head.resizeSection(n, room if self.lines.short else max(least, room))

    def _head(self, section: int) -> str:
        return str(self.lines.headerData(section, Qt.Orientation.Horizontal))

    def as_text(self) -> str:
        """Return the chosen rows, or all, as tab-separated text with heads."""
        picked = sorted({i.row() for i in self.selectionModel().selectedRows()}) or range(self.sorted.rowCount())
        heads = [str(self.sorted.headerData(n, Qt.Orientation.Horizontal)) for n in range(len(HEADS))]
        rows = [[str(self.sorted.index(r, c).data()) for c in range(len(HEADS))] for r in picked]
        return "\n".join("\t".join(cell.replace("\t", " ") for cell in line) for line in [heads, *rows])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.as_text())
            return
        super().keyPressEvent(event)
