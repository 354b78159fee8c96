"""The commands of ``rackwright`` and their exit codes.

0 done; 1 no feasible plan (written all the same); 2 bad input, nothing written; 130 cancelled.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wizard import __version__
from wizard.errors import Cancelled, InputError
from wizard.i18n import LANGUAGES, Translator

if TYPE_CHECKING:
    from wizard.planner.plan import Plan

OK, INFEASIBLE, BAD_INPUT, CANCELLED = 0, 1, 2, 130
CATALOG_KINDS = ("accelerators", "systems", "components", "cloud", "models", "economics", "api_prices", "conflicts",
                 "stacks")
ESTIMATE_KINDS = ("inference", "weights", "kv-cache", "training-memory", "training-speed")
COMMANDS = (
    "plan", "compare", "preset", "estimate", "calibrate", "inspect", "catalog", "hardware", "open", "check", "tour",
)

Handler = Callable[[argparse.Namespace, Translator], int]


def run(argv: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    if not argv or (argv[0] not in COMMANDS and not argv[0].startswith("-")):
        return _guarded(_window, argparse.Namespace(path=argv[0] if argv else None), Translator(_language()))
    arguments = _parser().parse_args(argv)
    return _guarded(arguments.handler, arguments, Translator(arguments.lang or _language()))


def _guarded(handler: Handler, arguments: argparse.Namespace, tr: Translator) -> int:
    try:
        return handler(arguments, tr)
    except InputError as error:
        sys.stderr.write(f"rackwright: {tr.error(error)}\n")
        return BAD_INPUT
    except (KeyboardInterrupt, Cancelled):
        sys.stderr.write(f"rackwright: {tr('cancelled')}\n")
        return CANCELLED
    except BrokenPipeError:
        # The reader (head, a pager) has what it wanted; python must not complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK


def _language() -> str:
    asked = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh_CN" if asked.lower().startswith("zh") else "en"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rackwright", description="Plan hardware for AI models, offline.")
    parser.add_argument("--version", action="version", version=f"rackwright {__version__}")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--lang", choices=LANGUAGES, help="language of messages and documents")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, handler: Handler, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, parents=[common], help=text, description=text)
        sub.set_defaults(handler=handler)
        return sub

    plan = command("plan", _plan, "plan for a NEEDS file and write quote, bill and deployment files")
    plan.add_argument("needs", type=Path, metavar="NEEDS", help="YAML or JSON; see `rackwright preset show S11`")
    plan.add_argument("--out", type=Path, metavar="DIR", help="folder to write to (default: out/<name of NEEDS>)")
    plan.add_argument("--currency", choices=("USD", "CNY", "EUR"), help="currency of all money in the plan")
    plan.add_argument("--prices", type=Path, metavar="FILE", action="append", default=[],
                      help="own prices, discounts, hardware or models (CSV, XLSX, YAML) over the catalogue; repeatable")
    plan.add_argument("--json", choices=("-",), help="print plan.json; without --out nothing else is written")

    compare = command("compare", _compare, "plan two to four NEEDS files and print what differs, costs and gains")
    compare.add_argument("needs", type=Path, nargs="+", metavar="NEEDS")
    compare.add_argument("--currency", choices=("USD", "CNY", "EUR"), help="currency of all plans")
    compare.add_argument("--json", action="store_true")

    preset = command("preset", _preset, "list the shipped scenarios, or show one as NEEDS")
    preset.add_argument("action", choices=("list", "show"))
    preset.add_argument("name", nargs="?", metavar="S01")

    estimate = command("estimate", _estimate, "predict measured cases")
    estimate.add_argument("kind", choices=ESTIMATE_KINDS, metavar="KIND", help=", ".join(ESTIMATE_KINDS))
    estimate.add_argument("cases", type=Path, metavar="CASES.csv")
    estimate.add_argument("--out", type=Path, metavar="FILE")

    calibrate = command("calibrate", _calibrate, "learn from own measurements: how far off, how sure")
    calibrate.add_argument("measured", type=Path, metavar="MEASURED.csv",
                           help="rows with model, gpu, metric, value, engine, isl, osl, concurrency_or_batch, ...")
    calibrate.add_argument("--out", type=Path, metavar="FILE", help="own figures (YAML) for `plan --prices FILE`")

    inspect = command("inspect", _inspect, "read a model's architecture and exact sizes from its files")
    inspect.add_argument("path", type=Path)
    inspect.add_argument("--json", action="store_true")

    catalog = command("catalog", _catalog, "list, show or check the catalogue")
    catalog.add_argument("action", choices=("list", "show", "check"))
    catalog.add_argument("name", nargs="?", metavar="KIND|ID", help=f"KIND: {', '.join(CATALOG_KINDS)}")
    catalog.add_argument("--json", action="store_true")

    command("hardware", _hardware, "print what this machine has, as a NEEDS fragment")
    opener = command("open", _open, "print the NEEDS stored in a project or inside a quote")
    opener.add_argument("path", type=Path)
    checker = command("check", _check, "validate an exported folder again")
    checker.add_argument("folder", type=Path)
    tour = command("tour", _tour, "save a picture of every page of the wizard")
    tour.add_argument("--out", type=Path, required=True, metavar="DIR")
    return parser


def _window(arguments: argparse.Namespace, tr: Translator) -> int:
    if has_display():
        from wizard.ui.app import run as open_window

        return open_window(arguments.path, writer=_write_outputs)
    if arguments.path:
        raise InputError("there is no display to open {path} on", mend="Use `rackwright open` or `rackwright plan`.",
                         path=arguments.path)
    from wizard.cli.plan_command import plan_example

    return plan_example(tr)


def _write_outputs(
    plan: Plan, folder: Path, lang: str, *, progress: Callable[[str], None], cancel: Callable[[], bool]
) -> None:
    """Write every output for the window, which opens before engine and paper are imported."""
    from wizard.cli.plan_command import write_outputs

    write_outputs(plan, folder, lang, progress=progress, cancel=cancel)


def has_display() -> bool:
    """Tell whether a window can be shown (an offscreen platform counts: someone asked for it)."""
    if sys.platform in {"win32", "darwin"}:
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _plan(arguments: argparse.Namespace, tr: Translator) -> int:
    from wizard.cli.plan_command import plan_file

    return plan_file(arguments.needs, arguments.out, arguments.currency, to_stdout=arguments.json == "-", tr=tr,
                     prices=arguments.prices)


def _compare(arguments: argparse.Namespace, tr: Translator) -> int:
    from wizard.cli.compare_command import compare_files

    return compare_files(arguments.needs, arguments.currency, to_json=arguments.json, tr=tr)


def _preset(arguments: argparse.Namespace, tr: Translator) -> int:
    from wizard.cli.preset_command import list_presets, show_preset

    if arguments.action == "list":
        return list_presets(tr)
    if not arguments.name:
        raise InputError("say which preset to show", mend="For example: rackwright preset show S11")
    return show_preset(arguments.name)


def _estimate(arguments: argparse.Namespace, tr: Translator) -> int:
    from wizard.cli.estimate_command import estimate

    return estimate(arguments.kind, arguments.cases, arguments.out, tr)


def _calibrate(arguments: argparse.Namespace, tr: Translator) -> int:
    from wizard.cli.calibrate_command import calibrate

    return calibrate(arguments.measured, arguments.out, tr)


def _inspect(arguments: argparse.Namespace, tr: Translator) -> int:
    from wizard.cli.inspect_command import run as inspect

    return inspect(arguments.path, json=arguments.json, tr=tr)


def _catalog(arguments: argparse.Namespace, tr: Translator) -> int:
    from wizard.cli import catalog_command

    if arguments.action == "check":
        return catalog_command.check_catalog(tr)
    if not arguments.name:
        raise InputError("say what to {action}", action=arguments.action,
                         mend="For example: rackwright catalog list accelerators")
    if arguments.action == "show":
        return catalog_command.show(arguments.name)
    if arguments.name not in CATALOG_KINDS:
        raise InputError("there is no kind \"{kind}\"", kind=arguments.name, mend="Kinds: {kinds}.",
                         kinds=", ".join(CATALOG_KINDS))
    return catalog_command.list_kind(arguments.name, as_json=arguments.json)


def _hardware(arguments: argparse.Namespace, tr: Translator) -> int:  # noqa: ARG001 (handlers are called alike)
    from wizard.cli.hardware_command import print_hardware

    return print_hardware()


def _open(arguments: argparse.Namespace, tr: Translator) -> int:  # noqa: ARG001 (handlers are called alike)
    from wizard.cli.open_command import print_needs

    return print_needs(arguments.path)


def _check(arguments: argparse.Namespace, tr: Translator) -> int:
    from wizard.cli.check_command import check

    return check(arguments.folder, tr)


def _tour(arguments: argparse.Namespace, tr: Translator) -> int:  # noqa: ARG001 (handlers are called alike)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from wizard.ui.tour import tour

    return tour(arguments.out, _write_outputs)
