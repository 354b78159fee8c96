"""Questions beside the plan, each answered in a job of its own: prices of the requirements, and why not this one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from wizard.catalog.catalog import Catalog
from wizard.errors import Cancelled
from wizard.planner.plan import Plan
from wizard.ui.jobs import Runner

if TYPE_CHECKING:
    from wizard.planner.planner import Planner
    from wizard.planner.requirement_prices import RequirementPrice
    from wizard.planner.why_not import WhyNot

QUIET_MS = 400
"""Prices of requirements wait until nobody types: they search several times over."""


class Aside(QObject):
    """One question at a time to the latest plan.

    Signals:
        changed: the answer arrived, or an old one no longer holds.

    Attributes:
        plan: what the question is about.
        answer: ``None`` until it is worked out.
        error: why it could not be.
    """

    changed = Signal()

    def __init__(self, parent: QObject, quiet_ms: int = 0) -> None:
        super().__init__(parent)
        self.plan: Plan | None = None
        self.answer: object = None
        self.error: Exception | None = None
        self._work: Callable[[Callable[[], bool]], object] | None = None
        self._runner = Runner(self)
        self._runner.finished.connect(self._on_finished)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(quiet_ms)
        self._quiet.timeout.connect(self._start)

    @property
    def busy(self) -> bool:
        """Whether the answer is on its way."""
        return self._runner.busy or self._quiet.isActive()

    def ask(self, plan: Plan, work: Callable[[Callable[[], bool]], object]) -> None:
        """Work out an answer to a question about a plan; the latest question wins."""
        self._runner.cancel()
        self.plan, self.answer, self.error, self._work = plan, None, None, work
        self._quiet.start()

    def drop(self) -> None:
        """Stop: the answers changed, or nobody looks."""
        if self.busy:
            # Not answered, so whoever looks again asks again.
            self.plan = None
        self._quiet.stop()
        self._runner.cancel()

    def close(self) -> bool:
        """Stop, and wait for the worker; returns whether it has ended."""
        self.drop()
        return self._runner.close()

    def _start(self) -> None:
        work = self._work
        if work is not None:
            self._runner.start(lambda cancelled, _report: work(cancelled))

    def _on_finished(self, result: object, error: object) -> None:
        if isinstance(error, Cancelled):
            return
        self.answer, self.error = result, error if isinstance(error, Exception) else None
        self.changed.emit()


class Asides(QObject):
    """Both questions of the result page, kept by the session so that another language or theme finds the answers."""

    def __init__(self, catalog: Catalog, parent: QObject, planner: Callable[[], Planner] | None = None) -> None:
        super().__init__(parent)
        self._source = _Source(catalog, planner)
        self.pricing, self.asking = Aside(self, QUIET_MS), Aside(self)
        self.asked = ""

    @property
    def prices(self) -> tuple[RequirementPrice, ...] | None:
        """What each requirement of the priced plan costs; ``None`` until it is known."""
        return self.pricing.answer  # type: ignore[return-value]  # the work below returns nothing else

    @property
    def case(self) -> WhyNot | None:
        """The case of the accelerator in question; ``None`` until it is known."""
        return self.asking.answer  # type: ignore[return-value]  # the work below returns nothing else

    def price(self, plan: Plan) -> None:
        """Price the requirements of a plan, once."""
        if plan is not self.pricing.plan:
            self.pricing.ask(plan, lambda cancelled: _prices(plan, self._source, cancelled))

    def ask(self, plan: Plan, accelerator: str) -> None:
        """Put an accelerator through the search of a plan, once."""
        if plan is not self.asking.plan or accelerator != self.asked:
            self.asked = accelerator
            self.asking.ask(plan, lambda cancelled: _case(plan, self._source, accelerator, cancelled))

    def drop(self) -> None:
        """Stop what runs: the answers changed."""
        self.pricing.drop()
        self.asking.drop()

    def close(self) -> bool:
        """Stop, and wait for the workers; returns whether they have ended."""
        return self.pricing.close() & self.asking.close()


@dataclass(frozen=True)
class _Source:
    """Where answers come from: the catalogue, and who planned over it and remembers."""

    catalog: Catalog
    planner: Callable[[], Planner] | None

    def asked(self, plan: Plan, cancelled: Callable[[], bool]) -> dict[str, Any]:
        planner = None if self.planner is None else self.planner()
        return {"needs": plan.needs, "catalog": self.catalog, "currency": plan.currency, "cancel": cancelled,
                "planner": planner}


def _prices(plan: Plan, source: _Source, cancelled: Callable[[], bool]) -> object:
    from wizard.planner.requirement_prices import requirement_prices

    return requirement_prices(**source.asked(plan, cancelled))


def _case(plan: Plan, source: _Source, accelerator: str, cancelled: Callable[[], bool]) -> object:
    from wizard.planner.why_not import why_not

    return why_not(accelerator=accelerator, **source.asked(plan, cancelled))
