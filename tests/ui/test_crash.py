"""What is written down after a fault names neither its user nor a secret, and the window works on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from tests.ui.conftest import find
from wizard.ui.crash import CrashHook
from wizard.ui.crash_report import KEPT, report_text, save_report, scrubbed
from wizard.ui.shell import Shell
from wizard.ui.store import Store

SECRETS = [
    "hf_AbCdEfGhIjKlMnOpQrStUvWx",
    "sk-proj-0123456789abcdefghij",
    "ghp_0123456789abcdefghij0123",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF_123",
    "hunter2-long",
]


@pytest.mark.parametrize(
    "words",
    [
        f"request failed with {SECRETS[0]}",
        f"HF_TOKEN={SECRETS[0]} was refused",
        f"Authorization: Bearer {SECRETS[3]}",
        f"key {SECRETS[1]} and {SECRETS[2]}",
        f"password: '{SECRETS[4]}'",
        f'{{"api_key": "{SECRETS[4]}", "x": 1}}',
        f"https://me:{SECRETS[4]}@host/x",
    ],
)
def test_secrets_are_removed(words: str) -> None:
    assert "<secret>" in scrubbed(words)
    for secret in SECRETS:
        assert secret not in scrubbed(words)


@pytest.mark.parametrize(
    "words",
    [
        "cannot read /home/anna.meier/Kunden/ACME/plan.yaml",
        r"cannot read C:\Users\anna.meier\Kunden\ACME\plan.yaml",
        "cannot read '/home/anna.meier/Meine Kunden/ACME plan.yaml'",
        "file:///home/anna.meier/ACME/plan.yaml is gone",
        "cannot read /srv/Our customers/anna ACME and sons/plan.yaml today",
        r"\\server\anna.meier\ACME\plan.yaml",
        "mail anna.meier@acme.example about it",
        f"{Path.home()}/ACME/anna.meier.yaml",
    ],
)
def test_paths_and_addresses_are_removed(words: str) -> None:
    made = scrubbed(words)
    assert "anna" not in made
    assert "ACME" not in made
    assert "<path>" in made or "<address>" in made


@pytest.mark.parametrize(
    "words", ["ratio 3/4 of tok/s", "wizard/ui/shell.py:12 in _refresh", "n < 5 and a/b > 2", "TTFT <= 1.5 s: no/yes"]
)
def test_plain_words_stay(words: str) -> None:
    assert scrubbed(words) == words


def fault(secret: str) -> Exception:
    try:
        try:
            raise OSError(f"token={secret} in /home/anna/plan.yaml")
        except OSError as error:
            raise RuntimeError("outer") from error
    except RuntimeError as error:
        return error


def test_a_report_says_where_and_why_and_no_values() -> None:
    error = fault("hunter2-long")
    words = report_text(error, error.__traceback__, [("step", "plan")])
    assert "tests/ui/test_crash.py" in words
    assert "RuntimeError: outer" in words
    assert "OSError: token=<secret>" in words
    assert "step: plan" in words
    assert "hunter2" not in words
    assert str(Path.home()) not in words


def test_names_on_the_cover_never_stand_in_a_report() -> None:
    error = ValueError("no price for ACME GmbH in Bonn")
    words = report_text(error, None, private=("ACME", "ACME GmbH", "", "in"))
    assert words.endswith("ValueError: no price for <answer> in Bonn\n")


def test_reports_do_not_pile_up_and_a_disk_that_refuses_is_no_second_fault(tmp_path: Path) -> None:
    for n in range(KEPT + 3):
        assert save_report(tmp_path, str(n)) is not None
    assert len(list(tmp_path.glob("*.txt"))) == KEPT
    (tmp_path / "file").write_text("x")
    assert save_report(tmp_path / "file", "x") is None


def test_a_fault_is_saved_and_shown_once_and_the_answers_are_kept(shell: Shell, store: Store, tmp_path: Path) -> None:
    hook = CrashHook(shell, tmp_path / "reports")
    shell.session.put({"workload.concurrent_users": 77})
    for _ in range(2):
        error = fault("x" * 12)
        hook(type(error), error, error.__traceback__)
    assert len(list((tmp_path / "reports").glob("*.txt"))) == 2
    recovered = store.recovered()
    assert recovered is not None
    assert recovered.workload.concurrent_users == 77
    dialog = hook.shown
    assert dialog is not None
    assert dialog.isVisible()
    find(dialog, "crash-copy").click()
    assert "RuntimeError: outer" in QGuiApplication.clipboard().text()
    find(dialog, "crash-close").click()
    assert hook.shown is None
    assert shell.session.put({"workload.concurrent_users": 78})


def test_a_fault_while_reporting_does_not_loop(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shell.session, "keep", lambda: 1 / 0)
    hook = CrashHook(shell, tmp_path)
    error = fault("y")
    hook(type(error), error, error.__traceback__)
    assert hook.shown is None
    assert "the report failed" in caplog.text
    hook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert hook.shown is None
    assert sys.excepthook is not hook
