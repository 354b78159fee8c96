"""Makes the drafts of an export off the main thread; the latest plan wins."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from wizard.catalog.catalog import Catalog
from wizard.deploy.targets import Wanted
from wizard.errors import Cancelled
from wizard.planner.plan import Plan
from wizard.ui.drafts import Drafts
from wizard.ui.jobs import Runner

Maker = Callable[[Plan, str, Wanted, Catalog, Callable[[], bool], Callable[[object], None]], Drafts]
"""``draft(plan, lang, wanted, catalog, cancelled, report)``, as :func:`wizard.ui.drafts.draft`."""


class Drafter(QObject):
    """Keeps the drafts of the plan that was last asked for.

    Attributes:
        drafts: what was made; files first, then the quote.
        busy: whether more is on its way.
        error: why it failed.
    """

    changed = Signal()

    def __init__(self, make: Maker | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.make = make
        self.drafts = Drafts()
        self.error: Exception | None = None
        self._asked: tuple[object, ...] = ()
        self._runner = Runner(self)
        self._runner.progressed.connect(self._on_files)
        self._runner.finished.connect(self._on_made)

    @property
    def busy(self) -> bool:
        """Whether more is on its way."""
        return self._runner.busy

    def ask(self, plan: Plan, lang: str, wanted: Wanted, catalog: Catalog) -> None:
        """Make the drafts of a plan, unless they are there or on their way."""
        make = self.make
        # A plan holds mappings and has no hash; it is kept by the tuple, so its identity is its own.
        if make is None or (self._asked and self._asked[0] is plan and self._asked[1:] == (lang, wanted)):
            return
        self._asked = (plan, lang, wanted)
        self._runner.start(lambda cancelled, report: make(plan, lang, wanted, catalog, cancelled, report))
        self.changed.emit()

    def close(self) -> bool:
        """Cancel and wait for the worker."""
        return self._runner.close()

    def _on_files(self, found: object) -> None:
        if isinstance(found, Drafts):
            self.drafts, self.error = found, None
            self.changed.emit()

    def _on_made(self, found: object, error: object) -> None:
        if isinstance(error, Cancelled):
            return
        self.error = error if isinstance(error, Exception) else None
        if isinstance(found, Drafts):
            self.drafts = found
        self.changed.emit()
