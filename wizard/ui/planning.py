"""When to plan: at once, the latest answers win, and who drags a slider still sees plans go by."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeAlias

from PySide6.QtCore import QObject, QTimer, Signal

from wizard.errors import Cancelled
from wizard.needs.needs import Needs
from wizard.planner.plan import Early, Plan
from wizard.ui.jobs import Runner

Planner: TypeAlias = Callable[[Needs, Callable[[], bool]], Plan]
Announcing: TypeAlias = Callable[[Needs, Callable[[], bool], Callable[[object], None]], Plan]
"""A planner's method ``announcing`` also tells what is known early, before the rest of the plan is worked out."""

PATIENCE_MS = 250
"""A plan that takes longer is announced; a shorter wait would only flicker."""
UNANSWERED_S = 0.15
"""After so long without any plan a running one is let go to its end, although newer answers are there."""
YOUNG_S = 0.3
"""Only a job younger than this is waited for; a slow one is overtaken as ever."""


class Planning(QObject):
    """The one job that plans, and what it brought.

    Args:
        planner: ``planner(needs, cancelled)`` makes the plan, off the main thread.

    Signals:
        changed: a plan arrived, planning failed, or it takes long.
        announced: what is known early of the plan on its way.

    Attributes:
        plan: the latest plan; ``None`` after an error, for an old plan beside new answers would be a wrong answer.
        before: the plan that was seen before the last change of an answer.
        early: what is known already of the plan on its way.
    """

    changed = Signal()
    announced = Signal()

    def __init__(self, planner: Planner, parent: QObject) -> None:
        super().__init__(parent)
        self.plan: Plan | None = None
        self.before: Plan | None = None
        self.error: Exception | None = None
        self.early: Early | None = None
        self._planner = planner
        self._wanted: Needs | None = None
        self._running: Needs | None = None
        self._unanswered = self._started = 0.0
        self._runner = Runner(self)
        self._runner.finished.connect(self._on_finished)
        self._runner.progressed.connect(self._on_early)
        # Not at once: a preset sets many answers, and the key that was pressed is painted first.
        self._soon = self._timer(0, self._start)
        self._patience = self._timer(PATIENCE_MS, self.changed.emit)

    def _timer(self, ms: int, slot: Callable[[], object]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(ms)
        timer.timeout.connect(slot)
        return timer

    @property
    def busy(self) -> bool:
        """Whether a newer plan is on its way."""
        return self._runner.busy or self._soon.isActive()

    @property
    def slow(self) -> bool:
        """Whether a plan is on its way that is worth announcing."""
        return self.busy and (self.plan is None or not self._patience.isActive())

    def ask(self, needs: Needs, *, another: bool) -> None:
        """Plan for these answers.

        Args:
            another: whether this is another change than the last one, not its continuation (a slider that is dragged).
        """
        now = time.monotonic()
        if another and self.plan is not None:
            self.before = self.plan
        if not self.busy:
            self._unanswered = now
            self._patience.start()
        self._wanted, self.early = needs, None
        starved = now - self._unanswered > UNANSWERED_S and now - self._started < YOUNG_S
        if self._runner.busy and starved:
            return
        self._runner.cancel()
        self._soon.start()

    def stop(self) -> None:
        """Stop planning: the answers ask for nothing that can be planned."""
        self._soon.stop()
        self._patience.stop()
        self.early = None
        self._runner.cancel()

    def close(self) -> bool:
        """Stop, and wait for the worker; returns whether it has ended."""
        self.stop()
        return self._runner.close()

    def _start(self) -> None:
        needs, planner = self._wanted, self._planner
        if needs is None:
            return
        self._running, self._started = needs, time.monotonic()
        announcing: Announcing | None = getattr(planner, "announcing", None)
        if announcing is None:
            self._runner.start(lambda cancelled, _report: planner(needs, cancelled))
        else:
            self._runner.start(lambda cancelled, report: announcing(needs, cancelled, report))

    def _on_early(self, known: object) -> None:
        if isinstance(known, Early) and self._running is self._wanted:
            self.early = known
            self.announced.emit()

    def _on_finished(self, result: object, error: object) -> None:
        if isinstance(error, Cancelled):
            return
        self.early = None
        self.error = error if isinstance(error, Exception) else None
        self.plan = result if isinstance(result, Plan) else None
        if self._running is not self._wanted:
            self._unanswered = time.monotonic()
            self._start()
        else:
            self._patience.stop()
        self.changed.emit()
