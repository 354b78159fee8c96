"""LibreOffice works every formula of the workbooks out anew and gets the plan's figures, to the cent.

LibreOffice shows the values stored beside formulas unless it is told to recalculate on loading: without that a wrong
formula would pass unseen, so a seeded fault must be found.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.quote.totals import bill_of, check_book, money, random_plans
from tests.quote.workbook import Workbook
from wizard.catalog.catalog import Catalog
from wizard.i18n import Translator
from wizard.quote.spreadsheet import write_xlsx

pytestmark = pytest.mark.slow

PLANS = 500
BATCH = 50
ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item>
</oor:items>
"""


class Stored(Workbook):
    """A workbook whose cells are what the program that saved it stored, formulas or not."""

    def value(self, sheet: str, address: str) -> float | str | None:
        return self.stored.get((sheet, address.replace("$", "")), "")


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("profile")
    (folder / "user").mkdir()
    (folder / "user" / "registrymodifications.xcu").write_text(ALWAYS, encoding="utf-8")
    return folder


def recalculated(files: list[Path], out: Path, profile: Path) -> None:
    """Open the files in LibreOffice, work them out and save them again under the same names."""
    program = shutil.which("soffice")
    assert program, "soffice is missing; ./test --slow installs it"
    command = [program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--convert-to",
               "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), *map(str, files)]
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "QT_"))}
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, env=env)
    assert done.returncode == 0, done.stderr
    missing = [file.name for file in files if not (out / file.name).exists()]
    assert missing == [], done.stderr


def test_five_hundred_workbooks_recalculated(tmp_path: Path, profile: Path) -> None:
    plans = list(random_plans(Catalog(), 23, PLANS))
    for start in range(0, PLANS, BATCH):
        made, out = tmp_path / f"made{start}", tmp_path / f"out{start}"
        made.mkdir()
        batch = {made / f"{start + n}.xlsx": plan for n, plan in enumerate(plans[start : start + BATCH])}
        for path, plan in batch.items():
            write_xlsx(plan, path, Translator("zh_CN" if plan.currency == "CNY" else "en"))
        recalculated(list(batch), out, profile)
        for path, plan in batch.items():
            check_book(plan, Stored(out / path.name))
    assert {plan.currency for plan in plans} == {"USD", "CNY", "EUR"}


def test_a_value_that_was_stored_wrong_is_worked_out_again(tmp_path: Path, profile: Path) -> None:
    plan = next(random_plans(Catalog(), 23, 1))
    path, spoiled, out = tmp_path / "a.xlsx", tmp_path / "b.xlsx", tmp_path / "out"
    write_xlsx(plan, path, Translator())
    bom = bill_of(plan)
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(spoiled, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name.startswith("xl/worksheets/"):
                data = data.replace(f"<v>{bom.net.normalize():f}</v>".encode(), b"<v>-1</v>")
            target.writestr(name, data)
    last = len(bom.lines) + 3
    assert money(Stored(spoiled).value("BOM", f"J{last}")) == -1
    recalculated([spoiled], out, profile)
    assert money(Stored(out / "b.xlsx").value("BOM", f"J{last}")) == bom.net
