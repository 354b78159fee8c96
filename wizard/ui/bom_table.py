"""The bill of materials as a table model: sorted on numbers, copied as tab-separated text."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHeaderView, QTableView

from wizard.costing.records import Bom, BomLine
from wizard.i18n import Translator, mark
from wizard.ui import figures
from wizard.ui.context import Context
from wizard.words import describe, label

Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
HEADS = (mark("No."), mark("Item"), mark("Qty"), mark("Unit"), mark("Amount"), mark("Price"))
PRICES = {
    "contract": mark("contract"),
    "quote": mark("quote"),
    "list": mark("list"),
    "street": mark("street"),
    "estimate": mark("estimate"),
    "yours": mark("yours"),
}
RIGHT = (0, 2, 3, 4)
Cell = Qt.ItemDataRole
NUMBER_WIDTH = 46


class BomModel(QAbstractTableModel):
    """Lines of a bill."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self.bom: Bom | None = None

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

    def data(self, index: Index, role: int = Cell.DisplayRole) -> object:
        if self.bom is None or not index.isValid():
            return None
        line, column = self.bom.lines[index.row()], index.column()
        if role == Cell.DisplayRole:
            return cells(self.ctx.tr, line, self.bom.currency)[column]
        if role == SORT_ROLE:
            return _key(line, column)
        if role == Cell.TextAlignmentRole:
            return _side(column)
        if role in (Cell.ToolTipRole, Cell.AccessibleDescriptionRole):
            return self._tip(line)
        if role == Cell.ForegroundRole and (line.stale or line.extended is None) and column == 5:
            return QColor(self.ctx.tokens.warning)
        return None

    def _tip(self, line: BomLine) -> str:
        parts = [f"{line.vendor} {line.description}", label(self.ctx.tr, line.category), line.part]
        if line.price_source:
            parts.append(self.ctx.t("price: {source}", source=line.price_source))
        if line.stale:
            parts.append(self.ctx.t("This price is old; ask for a new one."))
        return "\n".join(part for part in parts if part)


def cells(tr: Translator, line: BomLine, currency: str) -> tuple[str, ...]:
    """Return the texts of a line."""
    price = tr("no price known")
    if line.price_kind is not None:
        price = tr(PRICES[line.price_kind]) + (f" · {line.price_as_of:%Y-%m}" if line.price_as_of else "")
    return (
        str(line.number),
        describe(tr, line),
        str(line.quantity),
        figures.money(tr, line.unit_net, currency),
        figures.money(tr, line.extended, currency),
        ("⚠ " if line.stale or line.extended is None else "") + price,
    )


def _key(line: BomLine, column: int) -> object:
    nothing = Decimal(-1)
    return (
        line.number,
        line.description.casefold(),
        line.quantity,
        float(line.unit_net or nothing),
        float(line.extended or nothing),
        line.price_kind or "",
    )[column]


def _side(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in RIGHT else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class BomTable(QTableView):
    """The bill, sorted by a click on a head; Ctrl+C copies the chosen rows, or all."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.setObjectName("bom")
        self.setAccessibleName(ctx.t("Bill of materials"))
        self.lines = BomModel(ctx)
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
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        head.resizeSection(0, NUMBER_WIDTH)
        head.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)

    def show_bom(self, bom: Bom | None) -> None:
        """Show a bill at its full height; the page scrolls."""
        self.lines.show_bom(bom)
        rows = self.lines.rowCount()
        self.setFixedHeight(max(1, rows) * 30 + self.horizontalHeader().sizeHint().height() + 4)

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
