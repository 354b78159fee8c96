"""Every accelerator with its verdict, as a table model: what is possible, what was rejected, and why."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from wizard.catalog.catalog import Catalog
from wizard.catalog.records import Accelerator
from wizard.i18n import mark
from wizard.planner.plan import Plan, Rejection
from wizard.ui.context import Context
from wizard.ui.limits import rejection_words
from wizard.words import why_not

Index = QModelIndex | QPersistentModelIndex
HEADS = (mark("Accelerator"), mark("Verdict"))
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
Cell = Qt.ItemDataRole


@dataclass(frozen=True, slots=True)
class Verdict:
    """One accelerator; ``rejected`` is ``None`` where it keeps every promise."""

    accelerator: Accelerator
    rejected: Rejection | None
    chosen: bool
    found_by: str


def verdicts(plan: Plan, catalog: Catalog) -> tuple[Verdict, ...]:
    """Return the chosen one, what is possible, what broke a figure, and what never came into question."""
    rejected = {r.what: r for r in reversed(plan.rejected)}
    chosen = plan.chosen.accelerator if plan.chosen else ""
    made = [
        Verdict(
            accelerator=a,
            rejected=rejected.get(a.id),
            chosen=a.id == chosen,
            found_by=folded(" ".join((a.vendor, a.name, a.id, *a.aliases))),
        )
        for a in catalog.accelerators.values()
    ]
    return tuple(sorted(made, key=_place))


def _place(verdict: Verdict) -> tuple[int, str]:
    if verdict.rejected is None:
        return (0 if verdict.chosen else 1, "")
    return (2 if verdict.rejected.need is not None else 3, "")


def folded(words: str) -> str:
    """Return a name without what people leave out."""
    return "".join(c for c in words.casefold() if c.isalnum())


def matching(found: tuple[Verdict, ...], typed: str) -> tuple[Verdict, ...]:
    """Return the verdicts whose accelerator has every typed word in one of its names; the shortest name first."""
    wanted = [folded(word) for word in typed.split() if folded(word)]
    if not wanted:
        return found
    hits = [v for v in found if all(word in v.found_by for word in wanted)]
    whole = folded(typed)
    return tuple(sorted(hits, key=lambda v: (whole not in folded(v.accelerator.name), len(v.accelerator.name))))


class VerdictModel(QAbstractTableModel):
    """The verdicts that match what is typed."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self.rows: tuple[Verdict, ...] = ()
        self.possible: dict[str, bool] = {}

    def forget(self) -> None:
        """Forget what single searches found: the plan is another."""
        self.possible.clear()

    def allow(self, accelerator: str, *, priced: bool) -> None:
        """Take the word of its own search that an accelerator keeps every promise, and whether its price is known."""
        if self.possible.get(accelerator) != priced:
            self.possible[accelerator] = priced
            self.layoutChanged.emit()

    def show_rows(self, rows: tuple[Verdict, ...]) -> None:
        """Replace the rows."""
        if rows == self.rows:
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Cell.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Cell.DisplayRole:
            return self.ctx.t(HEADS[section])
        return LEFT if role == Cell.TextAlignmentRole else None

    def data(self, index: Index, role: int = Cell.DisplayRole) -> object:
        if not index.isValid():
            return None
        verdict = self.rows[index.row()]
        if role == Cell.DisplayRole:
            return verdict.accelerator.name if index.column() == 0 else self._verdict(verdict)
        if role in (Cell.ToolTipRole, Cell.AccessibleDescriptionRole):
            words = self._verdict(verdict)
            if verdict.rejected is not None and verdict.accelerator.id not in self.possible:
                words = rejection_words(self.ctx.tr, verdict.rejected)
            return f"{verdict.accelerator.vendor} {verdict.accelerator.name}: {words}"
        return None

    def _verdict(self, verdict: Verdict) -> str:
        tr, rejected = self.ctx.tr, verdict.rejected
        if rejected is None:
            return "✓ " + (tr("chosen") if verdict.chosen else tr("possible"))
        if verdict.accelerator.id in self.possible:
            dearer = self.possible[verdict.accelerator.id]
            return "✓ " + (tr("possible, but dearer") if dearer else tr("possible; no price is known"))
        # A cross is for what was tried and breaks a promise; without an offer nothing is said against the silicon.
        tried = rejected.need is not None and rejected.reason != "purchasable"
        return ("✗ " if tried else "– ") + why_not(tr, rejected.reason)
