"""Work off the main thread: one job at a time; the latest wins, an overtaken one is cancelled and not heard."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import TypeAlias

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from wizard.errors import RackwrightError
from wizard.ui.heap import tidy

Work: TypeAlias = Callable[[Callable[[], bool], Callable[[object], None]], object]
"""``work(cancelled, report)``: looks at ``cancelled()`` now and then, may ``report(progress)``, returns its result."""

STOP_MS = 10_000


class _Relay(QObject):
    """Carries results to the main thread; outlives its runner until the last worker has spoken."""

    done = Signal(int, object, object)
    progress = Signal(int, object)


class _Job(QRunnable):
    def __init__(self, number: int, work: Work, relay: _Relay) -> None:
        super().__init__()
        self.setAutoDelete(True)
        self.number, self.work, self.relay = number, work, relay
        self.stop = Event()

    def run(self) -> None:
        result: object = None
        error: BaseException | None = None
        try:
            if not self.stop.is_set():
                result = self.work(self.stop.is_set, self._report)
        except RackwrightError as e:
            # Raised on purpose: where it came from does not matter, and its frames hold every column of a search.
            error = e.with_traceback(None)
        except Exception as e:  # noqa: BLE001 - whatever it is, the main thread words or logs it
            error = e
        self.relay.done.emit(self.number, result, error)
        # An error that a frame of its own traceback names would live until the next full collection.
        del error, result
        tidy()

    def _report(self, progress: object) -> None:
        if not self.stop.is_set():
            self.relay.progress.emit(self.number, progress)


class Runner(QObject):
    """Runs one job at a time.

    Signals:
        finished: the latest job's result and error (one of them ``None``).
        progressed: whatever the latest job reported.
    """

    finished = Signal(object, object)
    progressed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._relay = _Relay(self)
        self._relay.done.connect(self._on_done)
        self._relay.progress.connect(self._on_progress)
        self._number = 0
        self._job: _Job | None = None

    @property
    def busy(self) -> bool:
        """Whether the latest job is still on its way."""
        return self._job is not None

    def start(self, work: Work) -> None:
        """Cancel what runs and start ``work``; only its result will be heard."""
        self.cancel()
        self._number += 1
        self._job = _Job(self._number, work, self._relay)
        self._pool.start(self._job)

    def cancel(self) -> None:
        """Ask the running job to stop; nothing more is heard of it."""
        if self._job is not None:
            self._job.stop.set()
            self._job = None
        self._number += 1

    def close(self) -> bool:
        """Cancel, and wait for the worker; returns whether it has stopped."""
        self.cancel()
        return self._pool.waitForDone(STOP_MS)

    @Slot(int, object, object)
    def _on_done(self, number: int, result: object, error: object) -> None:
        if number == self._number:
            self._job = None
            self.finished.emit(result, error)

    @Slot(int, object)
    def _on_progress(self, number: int, progress: object) -> None:
        if number == self._number:
            self.progressed.emit(progress)
