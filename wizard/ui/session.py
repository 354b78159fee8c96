"""The view model: one ``Needs``, one undo stack, one running job, the current ``Plan``. Pages only bind fields."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoStack

from wizard.catalog.catalog import Catalog
from wizard.errors import InputError
from wizard.i18n import Translator, mark
from wizard.needs import flow
from wizard.needs.files import load_needs
from wizard.needs.flow import Step
from wizard.needs.needs import Needs
from wizard.planner.plan import Early, Option, Plan
from wizard.ui import faults
from wizard.ui.asides import Asides
from wizard.ui.edits import MERGE_S, Answer, changed, context_tokens, stream
from wizard.ui.kept import Kept
from wizard.ui.planning import Planner, Planning
from wizard.ui.store import Store, needs_text, write_whole

AUTOSAVE_MS = 500
"""After the first change that is not kept yet, not the last: who types without a pause must lose no more."""


class Session(QObject):
    """Everything the window knows.

    Args:
        planner: ``planner(needs, cancelled)`` makes the plan, off the main thread.
        catalog: what the pages offer to choose from.
        resolve: returns the id of the model that a name means; by default only the catalogue's ids are names.
        store: where answers are kept; ``None`` keeps nothing.
        needs: the first answers.

    Signals:
        needs_changed: an answer changed, or one was refused.
        early_changed: something is known of the plan on its way.
        plan_changed: a plan arrived, planning began, or it failed.
        step_changed: another step is shown.
        kept_changed: the answers were saved, or are about to be.
    """

    needs_changed = Signal()
    plan_changed = Signal()
    early_changed = Signal()
    step_changed = Signal()
    kept_changed = Signal()

    def __init__(
        self,
        planner: Planner,
        *,
        catalog: Catalog | None = None,
        resolve: Callable[[Catalog, str], str | None] | None = None,
        store: Store | None = None,
        needs: Needs | None = None,
        tr: Translator | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.shipped = catalog or Catalog()
        self.tr_ = tr or Translator("en")
        self.store = store
        self.undo = QUndoStack(self)
        self.needs = needs or Needs()
        self.step: Step = "use_case"
        self.option_id: str | None = None
        self.refused: dict[str, tuple[str, str]] = {}
        self.path: Path | None = None
        self.kept_at: float | None = None
        self._saved_text = needs_text(self.needs)
        self._resolve = lru_cache(maxsize=64)(resolve or (lambda c, name: name if name in c.models else None))
        self._changed_keys: frozenset[str] = frozenset()
        self._changed_at = 0.0
        self._planning = Planning(planner, self)
        self._planning.changed.connect(self._on_planned)
        self._planning.announced.connect(self.early_changed)
        self.asides = Asides(self.shipped, self, getattr(planner, "shared", None))
        self.kept = Kept()
        self._keep_timer = QTimer(self)
        self._keep_timer.setSingleShot(True)
        self._keep_timer.setInterval(AUTOSAVE_MS)
        self._keep_timer.timeout.connect(self.keep)

    # --- answers

    def value(self, key: str) -> Any:
        """Return the answer of a dotted key such as ``workload.prompt_tokens``."""
        found: Any = self.needs
        for part in key.split("."):
            found = getattr(found, part)
        return found

    def put(self, changes: Mapping[str, object], *, judge: bool = True) -> bool:
        """Change answers, as one step of undo; a number that is typed or dragged stays one step.

        Args:
            changes: new values by dotted key.
            judge: keep the reason why a value cannot be used; else it is only not taken.
        """
        try:
            new = changed(self.needs, changes)
        except ValidationError as error:
            if not judge:
                return False
            key = next(iter(changes))
            tokens = context_tokens(self.needs, changes)
            self.refuse(key, str(changes[key]), faults.text_of(self.tr_, error, tokens))
            return False
        had = [self.refused.pop(key, None) for key in changes]
        if new != self.needs:
            self.undo.push(Answer(self, new, stream(changes)))
        elif any(had):
            self.needs_changed.emit()
        return True

    def refuse(self, key: str, draft: str, why: str) -> None:
        """Remember what was typed into a field and why it cannot be taken; the needs stay as they are."""
        self.refused[key] = (draft, why)
        self.needs_changed.emit()

    def replace(self, needs: Needs) -> None:
        """Take other needs as a whole (a preset, a file), as one step of undo."""
        self.refused.clear()
        if needs == self.needs:
            self.needs_changed.emit()
        else:
            self.undo.push(Answer(self, needs, frozenset()))

    def adopt(self, needs: Needs, step: Step, keys: frozenset[str]) -> None:
        """Show needs that the undo stack brought (called by its commands)."""
        now = time.monotonic()
        another = not keys or keys != self._changed_keys or now - self._changed_at > MERGE_S
        self._changed_keys, self._changed_at = keys, now
        self.needs = needs
        self.refused.clear()
        self.kept_at = None
        if not self._keep_timer.isActive():
            self._keep_timer.start()
        self.step = flow.nearest(needs, step)
        self._start_planning(another=another)
        self.needs_changed.emit()

    def accelerator_name(self, accelerator: str) -> str:
        """Return an accelerator's name by its id; a name that is no id stays as it was typed."""
        known = self.catalog.accelerators.get(accelerator)
        return known.name if known else accelerator

    @property
    def catalog(self) -> Catalog:
        """The catalogue with the user's own hardware, models and prices over it."""
        try:
            return self.shipped.with_overrides(self.needs.overrides)
        except InputError:  # the planner says what is wrong with them
            return self.shipped

    def resolve(self, name: str) -> str | None:
        """Return the id of the model that a name means, or ``None``."""
        return self._resolve(self.catalog, name)

    def _is_model(self, name: str) -> bool:
        return self.resolve(name) is not None

    # --- steps

    @property
    def faulty(self) -> frozenset[Step]:
        """Steps with a refused value or a missing answer."""
        missing = {p.step for p in flow.problems(self.needs, self._is_model)}
        steps = {self._shown(flow.step_of(key)) for key in self.refused}
        return frozenset(missing | steps)

    def _shown(self, step: Step) -> Step:
        return flow.nearest(self.needs, step)

    def problem(self, key: str) -> str:
        """Return what is wrong with the answer of a key, worded; empty if nothing is."""
        if key in self.refused:
            return self.refused[key][1]
        found = [p for p in flow.problems(self.needs, self._is_model) if p.key == key]
        return faults.problem_text(self.tr_, found[0]) if found else ""

    def go(self, step: Step | None) -> bool:
        """Show another step if it can be reached."""
        if step is None or step == self.step or not flow.reachable(self.needs, step, self.faulty):
            return False
        self.step = step
        self.step_changed.emit()
        return True

    def next(self) -> bool:
        """Go to the step behind."""
        return self.go(flow.after(self.needs, self.step))

    def back(self) -> bool:
        """Go to the step before; always possible."""
        return self.go(flow.before(self.needs, self.step))

    # --- the plan

    @property
    def plan(self) -> Plan | None:
        """The latest plan."""
        return self._planning.plan

    @property
    def early(self) -> Early | None:
        """What is known already of the plan on its way; not its option, where another one is looked at."""
        known = self._planning.early
        picked = self.option_id is not None and not self.option_id.startswith("recommended")
        return None if known is not None and known.status == "feasible" and picked else known

    @property
    def before(self) -> Plan | None:
        """The plan that was seen before the last change of an answer."""
        return self._planning.before

    @property
    def plan_error(self) -> Exception | None:
        """Why the latest planning failed."""
        return self._planning.error

    @property
    def planning(self) -> bool:
        """Whether a newer plan is on its way."""
        return self._planning.busy

    @property
    def waiting(self) -> bool:
        """Whether a plan takes so long that it is worth saying."""
        return self._planning.slow

    @property
    def option(self) -> Option | None:
        """The option that is looked at: the one picked, else the recommended one, else the nearest."""
        if self.plan is None:
            return None
        picked = next((o for o in self.plan.options if o.id == self.option_id), None)
        return picked or self.plan.chosen or next(iter(self.plan.options), None)

    def pick(self, option_id: str) -> None:
        """Look at another option."""
        self.option_id = option_id
        self.plan_changed.emit()

    def schedule(self) -> None:
        """Plan soon; what runs is overtaken."""
        self._start_planning(another=True)
        self.plan_changed.emit()

    def _start_planning(self, *, another: bool) -> None:
        self.asides.drop()
        if flow.problems(self.needs, self._is_model):
            self._planning.stop()
        else:
            self._planning.ask(self.needs, another=another)

    def _on_planned(self) -> None:
        if self.plan is not None and self.option_id not in {o.id for o in self.plan.options}:
            self.option_id = None
        self.plan_changed.emit()

    # --- files

    def keep(self) -> None:
        """Keep the answers for the next start."""
        self._keep_timer.stop()
        if self.store is not None and self.store.autosave(self.needs):
            self.kept_at = time.monotonic()
        self.kept_changed.emit()

    def save(self, path: Path) -> None:
        """Save the project.

        Raises:
            OutputError: the file cannot be written.
        """
        text = needs_text(self.needs)
        write_whole(path, text)
        self.path, self._saved_text = path, text
        self.kept_changed.emit()

    def open(self, path: Path, read: Callable[[Path], Needs] = load_needs) -> None:
        """Open a project or whatever ``read`` understands, as one step of undo.

        Raises:
            InputError: the file holds no needs.
        """
        needs = read(path)
        self.replace(needs)
        if path.suffix == ".rackwright" or path.suffix == ".json":
            self.path, self._saved_text = path, needs_text(needs)
        self.kept_changed.emit()

    @property
    def modified(self) -> bool:
        """Whether the answers differ from the saved project."""
        return needs_text(self.needs) != self._saved_text

    def close(self) -> bool:
        """Keep the answers and stop the work; returns whether the worker has ended."""
        if self._keep_timer.isActive():
            self.keep()
        return self.asides.close() & self._planning.close()

    def error_text(self) -> str:
        """Word why there is no plan; empty if nothing failed."""
        if isinstance(self.plan_error, InputError):
            return self.tr_.error(self.plan_error)
        if self.plan_error is not None:
            return self.tr_(mark("The plan could not be computed: {what}"), what=repr(self.plan_error))
        return ""


