"""The export: what is chosen, what is seen before, archives, the printer; colours and drafts without Qt."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Files, drafts, find, press
from wizard.catalog.catalog import Catalog
from wizard.cli.plan_command import write_outputs
from wizard.deploy.checks import check_folder
from wizard.deploy.targets import PREFIXES, Wanted, target_of
from wizard.needs.presets import preset
from wizard.planner.plan import Plan
from wizard.planner.planner import plan as make_plan
from wizard.ui import syntax
from wizard.ui.drafts import Drafts, draft
from wizard.ui.preview import page_count, page_image
from wizard.ui.printing import print_pages
from wizard.ui.shell import Shell


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog()


@pytest.fixture(scope="module")
def plan(catalog: Catalog) -> Plan:
    return make_plan(preset("S09").needs, catalog)


def coloured(kind: str, line: str) -> list[tuple[str, str]]:
    return [(line[start : start + length], role) for start, length, role in syntax.spans(kind, line)]


@pytest.mark.parametrize(
    ("kind", "line", "expected"),
    [
        ("k8s", "  replicas: 2  # spare", [("  replicas", "key"), ("2", "number"), ("# spare", "comment")]),
        ("compose", "    image: 'a:1'", [("    image", "key"), ("'a:1'", "string")]),
        ("json", '"a": ["b", 1.5, true]', [('"a"', "key"), ('"b"', "string"), ("1.5", "number"), ("true", "word")]),
        ("shell", 'export A="$B" # c', [("export", "word"), ('"$B"', "string"), ("# c", "comment")]),
        ("shell", 'echo "not # a comment"', [('"not # a comment"', "string")]),
        ("python", "def f(x):  # y", [("def", "word"), ("f", "key"), ("# y", "comment")]),
        ("nginx", "  listen 8443 ssl;", [("  listen", "word"), ("8443", "number")]),
        ("systemd", "[Unit]", [("[Unit]", "title")]),
        ("env", "HF_TOKEN=", [("HF_TOKEN", "key")]),
        ("markdown", "## Start `run.sh`", [("## Start `run.sh`", "title")]),
        ("xlsx", "anything", []),
    ],
)
def test_colours_name_what_stands_out(kind: str, line: str, expected: list[tuple[str, str]]) -> None:
    assert coloured(kind, line) == expected


def test_a_very_long_line_costs_nothing() -> None:
    assert sum(length for _, length, _ in syntax.spans("json", '"a' * 1_000_000)) <= syntax.LONGEST


def test_drafts_hold_what_is_written_and_how_it_was_checked(plan: Plan, catalog: Catalog, tmp_path: Path) -> None:
    seen: list[object] = []
    wanted = Wanted(documents=frozenset({"deploy"}), targets=frozenset({"compose"}))
    made = draft(plan, "en", wanted, catalog, lambda: False, seen.append)
    write_outputs(plan, tmp_path / "out", "en", catalog=catalog, wanted=wanted)
    written = {p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*") if p.is_file()}
    assert {f.path for f in made.files} == written - {"MANIFEST.json"}
    for file in made.files:
        assert (tmp_path / "out" / file.path).read_text(encoding="utf-8") == file.text
    assert made.count("passed") > 20
    assert made.count("failed") == 0
    assert made.targets >= {"compose", "kubernetes", "host"}
    assert {target_of(p.removeprefix("deploy/")) for p in written} == {"compose", ""}
    assert all(result.ok for result in check_folder(tmp_path / "out"))
    readme = made.find("deploy/README.md")
    assert readme is not None
    assert "docker compose up" in readme.text
    assert "kubectl" not in readme.text


def test_a_target_left_out_is_not_spoken_of(plan: Plan, catalog: Catalog) -> None:
    wanted = Wanted(documents=frozenset({"deploy"}), targets=frozenset({"kubernetes"}))
    readme = draft(plan, "en", wanted, catalog, lambda: False, lambda _: None).find("deploy/README.md")
    assert readme is not None
    assert "docker compose" not in readme.text
    assert "kubectl apply -k k8s/base" in readme.text


def test_files_are_shown_before_the_quote_is_drawn(plan: Plan, catalog: Catalog) -> None:
    seen: list[object] = []
    made = draft(plan, "zh_CN", Wanted(frozenset({"quote.pdf"})), catalog, lambda: False, seen.append)
    assert isinstance(seen[0], Drafts)
    assert not seen[0].pdf
    assert made.pdf.startswith(b"%PDF-")
    assert page_count(made.pdf) > 5
    assert [f.path for f in made.files] == ["quote.pdf", "plan.json"]


def test_every_file_of_a_plan_belongs_to_one_target_or_to_all(plan: Plan, catalog: Catalog) -> None:
    made = draft(plan, "en", Wanted(frozenset({"deploy"}), frozenset()), catalog, lambda: False, lambda _: None)
    assert {target_of(f.path.removeprefix("deploy/")) for f in made.files} == {""}
    assert {"deploy/run.sh", "deploy/README.md"} < {f.path for f in made.files}
    assert set(PREFIXES) > made.targets


def test_pages_of_the_quote_are_turned_and_files_shown(shell: Shell, qtbot: QtBot) -> None:
    shell.session.go("export")
    qtbot.waitUntil(lambda: not shell.drafter.busy)
    panel = shell.page("export").preview  # type: ignore[attr-defined]  # the export page
    assert panel.note.text() == "⚠ 1 of 2 checks passed"
    assert panel.paper.where.text() == "page 1 of 2"
    find(shell, "page-on").click()
    assert panel.paper.where.text() == "page 2 of 2"
    assert not find(shell, "page-on").isEnabled()
    panel.list.setFocus()
    for _ in range(3):
        press(panel.list, Qt.Key.Key_Down)
    assert panel.code.toPlainText() == "services: {}\n"
    assert panel.checks.text().startswith("⚠ compose")
    assert "a check failed" in panel.list.currentItem().data(Qt.ItemDataRole.AccessibleTextRole)


def test_what_is_not_ticked_is_not_written(shell: Shell, qtbot: QtBot, files: Files, tmp_path: Path) -> None:
    shell.session.go("export")
    qtbot.waitUntil(lambda: not shell.drafter.busy)
    for code in ("bom.xlsx", "kubernetes"):
        QTest.mouseClick(find(shell, f"export={code}"), Qt.MouseButton.LeftButton, pos=QPoint(8, 12))
    find(shell, "folder").setText(str(tmp_path / "out"))
    find(shell, "write").click()
    qtbot.waitUntil(lambda: shell.exporter.state == "done")
    assert "bom.xlsx" not in files.wanted.documents
    assert "kubernetes" not in files.wanted.targets
    assert "compose" in files.wanted.targets
    shell.commands.switch_language()
    assert not find(shell, "export=bom.xlsx").isChecked()


def test_a_zip_file_holds_the_folder(shell: Shell, qtbot: QtBot, tmp_path: Path) -> None:
    shell.session.go("export")
    find(shell, "folder").setText(str(tmp_path / "plan 1.2"))
    find(shell, "form=zip").click()
    assert find(shell, "folder").text() == str(tmp_path / "plan 1.2.zip")
    assert find(shell, "write").text() == "Write the zip file"
    find(shell, "write").click()
    qtbot.waitUntil(lambda: shell.exporter.state == "done")
    with zipfile.ZipFile(tmp_path / "plan 1.2.zip") as archive:
        assert "plan 1.2/plan.json" in archive.namelist()
        assert "plan 1.2/deploy/README.md" in archive.namelist()
    assert {p.name for p in tmp_path.iterdir()} <= {"plan 1.2.zip", "config"}
    find(shell, "form=folder").click()
    assert find(shell, "folder").text() == str(tmp_path / "plan 1.2")


def test_a_stopped_zip_leaves_what_was_there(shell: Shell, qtbot: QtBot, files: Files, tmp_path: Path) -> None:
    old = tmp_path / "plan.zip"
    old.write_bytes(b"old")
    shell.session.go("export")
    find(shell, "folder").setText(str(old))
    files.delay_s = 30
    find(shell, "write").click()
    qtbot.waitUntil(lambda: shell.exporter.what == "plan.json")
    find(shell, "cancel-export").click()
    assert shell.exporter.close()
    assert old.read_bytes() == b"old"
    assert {p.name for p in tmp_path.iterdir()} <= {"plan.zip", "config"}


def test_the_quote_is_printed_page_by_page(qapp: object, tmp_path: Path) -> None:
    pdf = drafts(None, "en", Wanted(), Catalog()).pdf  # type: ignore[arg-type]  # the plan is not looked at
    printer = QPrinter()
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    assert print_pages(pdf, printer) == 2
    assert page_count((tmp_path / "printed.pdf").read_bytes()) == 2


def test_what_is_no_pdf_has_no_pages() -> None:
    assert page_count(b"no pdf") == 0
    assert page_image(b"no pdf", 0, 100) is None


def test_the_preview_follows_the_language_of_the_paper(open_shell: Callable[..., Shell], qtbot: QtBot) -> None:
    shell = open_shell()
    shell.session.go("export")
    asked: list[str] = []

    def make(plan: Plan, lang: str, wanted: Wanted, catalog: Catalog, *calls: object) -> Drafts:
        asked.append(lang)
        return drafts(plan, lang, wanted, catalog, *calls)

    shell.drafter.make = make
    find(shell, "language=zh_CN").click()
    qtbot.waitUntil(lambda: not shell.drafter.busy)
    assert asked == ["zh_CN"]
