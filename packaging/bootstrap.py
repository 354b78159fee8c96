"""Set the project up on a machine that has only Python 3.11+: `./run` and `./test` call this when something changed.

Standard library only. Makes `.venv`, installs what the lock files name (with uv if it is there, else pip), and says
which system libraries Qt misses, offering to install them where it may.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOCKS = {
    "run": ("requirements.lock",),
    "test": ("requirements.lock", "requirements-dev.lock"),
    "slow": ("requirements.lock", "requirements-dev.lock", "requirements-slow.lock"),
}
QT_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
WINDOW_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
SLOW_PROGRAMS = {
    "soffice": "libreoffice-calc-nogui",
    "qpdf": "qpdf",
    "Xvfb": "xvfb",
    "nginx": "nginx-light",
    "promtool": "prometheus",
    "systemd-analyze": "systemd",
}


def main(kind: str) -> int:
    """Make everything ready for `run`, `test` or `slow`."""
    missing = missing_libraries(QT_LIBRARIES | WINDOW_LIBRARIES)
    packages = [*missing.values()]
    if kind == "slow":
        packages += [package for program, package in SLOW_PROGRAMS.items() if not shutil.which(program)]
    if packages:
        install_system(packages)
    if not installed(kind) and (code := install_python(kind)):
        return code
    return 0


def missing_libraries(wanted: dict[str, str]) -> dict[str, str]:
    """Return the system libraries that cannot be loaded, with their Debian packages."""
    if not sys.platform.startswith("linux"):
        return {}
    missing = {}
    for library, package in wanted.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing[library] = package
    return missing


def install_system(packages: list[str]) -> None:
    """Install Debian packages as root (asking first, unless CI is set); otherwise say what to install."""
    line = "apt-get install -y --no-install-recommends " + " ".join(packages)
    if not shutil.which("apt-get") or os.geteuid() != 0:
        say(f"Qt and the tests use system packages that are missing here. Install them with:\n  sudo {line}")
        return
    if not os.environ.get("CI") and not agreed(f"Install missing system packages now?\n  {line}\n[Y/n] "):
        return
    quiet = {"stdout": subprocess.DEVNULL}
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=False, env=environment, **quiet)
    if subprocess.run(line.split(), check=False, env=environment, **quiet).returncode:
        # Newer releases renamed a library (t64), and one unknown name fails the whole line.
        for package in packages:
            names = [package, f"{package}t64"]
            alone = ([*line.split()[:4], name] for name in names)
            silent = quiet | {"stderr": subprocess.DEVNULL}
            if not any(subprocess.run(one, check=False, env=environment, **silent).returncode == 0 for one in alone):
                say(f"could not install the system package {package}")


def agreed(question: str) -> bool:
    """Ask on a terminal; without one the answer is no."""
    return sys.stdin.isatty() and input(question).strip().lower() in {"", "y", "yes"}


def wanted_locks(kind: str) -> list[Path]:
    """Return the lock files of a kind."""
    return [ROOT / name for name in LOCKS[kind] if (ROOT / name).exists()]


def stamp(lock: Path) -> Path:
    """Return where a copy of an installed lock file is kept."""
    return VENV / f"{lock.name}.installed"


def installed(kind: str) -> bool:
    """Say whether the environment already holds what the lock files name."""
    return PYTHON.exists() and all(
        stamp(lock).exists() and stamp(lock).read_bytes() == lock.read_bytes() for lock in wanted_locks(kind)
    )


def install_python(kind: str) -> int:
    """Create the environment and install the locked packages, hashes checked."""
    locks = wanted_locks(kind)
    say(f"Setting up {VENV.name} ({', '.join(lock.name for lock in locks)}); this happens once.")
    files = [arg for lock in locks for arg in ("-r", str(lock))]
    uv = shutil.which("uv")
    if uv:
        if not PYTHON.exists():
            subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(VENV)], check=True)
        command = [uv, "pip", "install", "-q", "--python", str(PYTHON), "--require-hashes", *files]
    else:
        if not PYTHON.exists() and not make_venv():
            return 1
        command = [str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", *files]
    if subprocess.run(command, check=False).returncode:
        return say("The packages could not be installed; is the package index reachable?", 1)
    # uv leaves packages uncompiled, and compiling them at the first start takes seconds.
    libraries = next(VENV.glob("lib*/python*/site-packages"), VENV / "Lib" / "site-packages")
    folders = [str(libraries), str(ROOT / "wizard")]
    subprocess.run([str(PYTHON), "-m", "compileall", "-q", "-j", "0", *folders], check=False, stdout=subprocess.DEVNULL)
    for lock in locks:
        stamp(lock).write_bytes(lock.read_bytes())
    return 0


def make_venv() -> bool:
    """Create the environment with the standard library; Debian splits that off into python3-venv."""
    for attempt in (1, 2):
        try:
            # Another process: ensurepip may be installed between the attempts.
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True, capture_output=True)
        except subprocess.CalledProcessError:
            if attempt == 1:
                install_system([f"python3.{sys.version_info.minor}-venv"])
        else:
            return True
    say(f"Python cannot make environments here; install python3-venv (module venv: {venv.__file__}).")
    return False


def say(text: str, code: int = 0) -> int:
    """Print to stderr: stdout belongs to the command that follows."""
    sys.stderr.write(text + "\n")
    return code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
