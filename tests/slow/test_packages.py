"""What users install: the wheel and the PyInstaller folder work outside the checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from tests.core.plans import FIFTY_USERS

ROOT = Path(__file__).resolve().parents[2]


def environment(**more: str) -> dict[str, str]:
    """Return an environment in which only what is said comes from Python paths."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "QT_"))}
    return kept | {"PYTHONDONTWRITEBYTECODE": "1"} | more


def planned(command: list[str], folder: Path, env: dict[str, str]) -> dict[str, object]:
    """Plan the example with an installed program and return the plan."""
    needs = folder / "needs.yaml"
    needs.write_text(FIFTY_USERS, encoding="utf-8")
    done = subprocess.run([*command, "plan", str(needs), "--out", "out", "--lang", "zh_CN"], cwd=folder, env=env,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (folder / "out" / "quote.pdf").stat().st_size > 20_000
    plan: dict[str, object] = json.loads((folder / "out" / "plan.json").read_text(encoding="utf-8"))
    return plan


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True,
                   capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_runs_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
        names = archive.namelist()
    assert not [name for name in names if name.startswith(("tests/", "packaging/"))]
    assert (site / "wizard" / "_shipped" / "catalog" / "accelerators.csv").exists()
    entry_points = next(site.glob("*.dist-info/entry_points.txt")).read_text(encoding="utf-8")
    assert "rackwright = wizard.__main__:main" in entry_points
    plan = planned([sys.executable, "-m", "wizard"], tmp_path, environment(PYTHONPATH=str(site)))
    assert plan["status"] == "feasible"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("program")
    subprocess.run([str(ROOT / "packaging" / "build.sh"), str(folder)], check=True, capture_output=True,
                   env=os.environ | {"PYTHON": sys.executable})
    return folder


def test_the_built_program_plans(program: Path, tmp_path: Path) -> None:
    plan = planned([str(program / "rackwright" / "rackwright")], tmp_path, environment())
    assert plan["status"] == "feasible"


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs the X server Xvfb")
def test_the_built_program_opens_its_window(program: Path, tmp_path: Path) -> None:
    env = environment(HOME=str(tmp_path), XDG_RUNTIME_DIR=str(tmp_path), DISPLAY=":97")
    with subprocess.Popen(["Xvfb", ":97", "-screen", "0", "1400x900x24"], stderr=subprocess.DEVNULL) as server:
        try:
            time.sleep(2)
            with subprocess.Popen([str(program / "rackwright" / "rackwright")], env=env, stderr=subprocess.PIPE,
                                  text=True) as window:
                time.sleep(10)
                assert window.poll() is None
                window.terminate()
                _, said = window.communicate(timeout=20)
        finally:
            server.terminate()
    assert "Traceback" not in said
    assert "could not load" not in said.lower()


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="needs dpkg-deb")
def test_the_debian_package_holds_the_program(program: Path) -> None:
    package = next(program.glob("*.deb"))
    listed = subprocess.run(["dpkg-deb", "-c", str(package)], check=True, capture_output=True, text=True).stdout
    for path in ("./opt/rackwright/rackwright", "./usr/share/applications/rackwright.desktop",
                 "./usr/share/icons/hicolor/scalable/apps/rackwright.svg"):
        assert path in listed
