"""A window on invented plans, and fixtures that fail a test which leaves a timer or a thread behind."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdfium2 import PdfDocument
from PySide6.QtCore import Qt, QThreadPool, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests import samples
from tests.ui.quiet import silence
from wizard.catalog.catalog import Catalog
from wizard.deploy.results import CheckResult
from wizard.deploy.targets import Wanted
from wizard.errors import Cancelled
from wizard.needs.needs import Needs
from wizard.planner.plan import Plan
from wizard.ui.app import application
from wizard.ui.drafts import Draft, Drafts
from wizard.ui.session import Session
from wizard.ui.shell import Shell
from wizard.ui.store import Settings, Store


@pytest.fixture(autouse=True)
def no_leaks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that leaves a timer running or a worker busy."""
    timers: list[QTimer] = []
    pools: list[QThreadPool] = []
    start_timer, start_job = QTimer.start, QThreadPool.start

    def timer_started(self: QTimer, *args: Any) -> None:
        timers.append(self)
        start_timer(self, *args)

    def job_started(self: QThreadPool, *args: Any) -> None:
        pools.append(self)
        start_job(self, *args)

    monkeypatch.setattr(QTimer, "start", timer_started)
    monkeypatch.setattr(QThreadPool, "start", job_started)
    yield
    assert not [t for t in timers if _alive(t.isActive)], "a timer is still running"
    assert not [p for p in pools if _alive(partial(_busy, p))], "a worker is still busy"


@pytest.fixture
def quiet_desktop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer every dialog of the desktop with "cancel": nobody is there to close one."""
    silence(monkeypatch.setattr)


def _busy(pool: QThreadPool) -> bool:
    return pool.activeThreadCount() > 0


def _alive(asked: Callable[[], bool]) -> bool:
    try:
        return asked()
    except RuntimeError:  # deleted with its window
        return False


class Engine:
    """A planner with invented figures that can be slow, and counts its calls."""

    def __init__(self) -> None:
        self.seen: list[Needs] = []
        self.delay_s = 0.0
        self.error: Exception | None = None
        self.cancelled = 0

    def __call__(self, needs: Needs, cancelled: Callable[[], bool]) -> Plan:
        self.seen.append(needs)
        end = time.monotonic() + self.delay_s
        while time.monotonic() < end:
            if cancelled():
                self.cancelled += 1
                raise Cancelled
            time.sleep(0.002)
        if self.error is not None:
            raise self.error
        plan = samples.plan()
        rejected = tuple(replace(r, reason="weights_memory") for r in plan.rejected)
        return replace(plan, needs=needs, rejected=rejected)


class Files:
    """A writer that puts a few files into the folder, slowly where asked."""

    def __init__(self) -> None:
        self.delay_s = 0.0
        self.error: Exception | None = None
        self.langs: list[str] = []
        self.wanted = Wanted()

    def __call__(
        self, _plan: Plan, folder: Path, lang: str, *, progress: Callable[[str], None], cancel: Callable[[], bool],
        wanted: Wanted,
    ) -> None:
        self.langs.append(lang)
        self.wanted = wanted
        if self.error is not None:
            raise self.error
        for name in ("plan.json", "bom.csv", "MANIFEST.json"):
            progress(name)
            end = time.monotonic() + self.delay_s
            while time.monotonic() < end:
                if cancel():
                    raise Cancelled
                time.sleep(0.002)
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("plan.json", "bom.csv", "MANIFEST.json"):
            (folder / name).write_text(name, encoding="utf-8")
        (folder / "deploy").mkdir(exist_ok=True)
        (folder / "deploy" / "README.md").write_text("deploy", encoding="utf-8")


def drafts(_plan: Plan, _lang: str, wanted: Wanted, _catalog: Catalog, *_calls: object) -> Drafts:
    """Make a few files, one of which fails a check, and a quote of two blank pages."""
    bad = CheckResult(path="compose.yaml", check="compose", status="failed", what="passed")
    good = CheckResult(path="run.sh", check="shell", status="passed")
    files = (
        Draft("quote.pdf", "pdf"), Draft("bom.xlsx", "xlsx"), Draft("plan.json", "json", '{"schema": 1}\n'),
        Draft("deploy/compose.yaml", "compose", "services: {}\n", (bad,)),
        Draft("deploy/run.sh", "shell", "exec vllm\n", (good,)),
    )
    shown = tuple(f for f in files if f.path in wanted.documents or "." in f.path)
    return Drafts(shown, _blank(2), frozenset({"compose", "kubernetes"}))


@cache
def _blank(pages: int) -> bytes:
    document, content = PdfDocument.new(), BytesIO()
    for _ in range(pages):
        document.new_page(595, 842)
    document.save(content)
    document.close()
    return content.getvalue()


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def files() -> Files:
    return Files()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "config")


@pytest.fixture
def session(qapp: object, engine: Engine, store: Store) -> Iterator[Session]:
    made = Session(engine, store=store)
    yield made
    assert made.close()


@pytest.fixture
def open_shell(qtbot: QtBot, engine: Engine, files: Files, store: Store) -> Iterator[Callable[..., Shell]]:
    """Return a maker of shown windows; each is closed at the end."""
    made: list[Shell] = []

    def make(lang: str = "en", theme: str = "light", needs: Needs | None = None, planner: Any = None) -> Shell:
        application()
        session = Session(planner or engine, store=store, needs=needs or samples.needs())
        shell = Shell(session, store=store, writer=files, drafts=drafts, settings=Settings(language=lang, theme=theme))
        qtbot.addWidget(shell)
        shell.resize(1280, 800)
        shell.show()
        session.schedule()
        made.append(shell)
        qtbot.waitUntil(lambda: not session.planning, timeout=20_000)
        return shell

    yield make
    for shell in made:
        shell.close()


@pytest.fixture
def shell(open_shell: Callable[..., Shell]) -> Shell:
    return open_shell()


def at(where: Shell | Session) -> str:
    """Return the step that is shown (a call, so that no type checker believes it cannot change)."""
    return where.session.step if isinstance(where, Shell) else where.step


def planned(qtbot: QtBot, session: Session) -> None:
    """Wait until the current answers are planned."""
    qtbot.waitUntil(lambda: not session.planning, timeout=10_000)


def press(widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press and release a key."""
    QTest.keyClick(widget, key, modifier)


def typed(widget: QWidget, words: str) -> None:
    """Focus a line, select what stands in it, and type."""
    widget.setFocus()
    press(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(widget, words)


def find(shell: QWidget, name: str) -> Any:
    """Return the widget of that object name."""
    whole = (shell.centralWidget() or shell) if isinstance(shell, Shell) else shell
    found = whole.findChild(QWidget, name)
    assert found is not None, f"no widget is called {name}"
    return found


def joined(texts: Iterable[str]) -> str:
    """Return texts as one; figures are tied to their units by spaces that do not break."""
    return "\n".join(texts).replace("\u00a0", " ")
