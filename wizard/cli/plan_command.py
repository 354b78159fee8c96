"""``rackwright plan``: from a NEEDS file to a folder with plan, quote, bill and deployment files."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from wizard.catalog.catalog import Catalog
from wizard.deploy.results import CheckResult
from wizard.deploy.targets import Wanted
from wizard.errors import Cancelled, OutputError
from wizard.i18n import Translator
from wizard.needs.files import load_needs
from wizard.needs.needs import Needs
from wizard.needs.presets import preset
from wizard.planner.plan import Plan
from wizard.planner.plan_json import to_json
from wizard.planner.planner import plan as make_plan
from wizard.words import headline

EXAMPLE = "S11"
OUTPUTS = ("plan.json", "quote.pdf", "bom.xlsx", "bom.csv", "deploy", "MANIFEST.json")

Progress = Callable[[str], None]


def plan_file(
    path: Path, out: Path | None, currency: str | None, *, to_stdout: bool, tr: Translator, prices: Sequence[Path] = (),
) -> int:
    """Plan for one NEEDS file; 1 where no plan is feasible. Later files of own ``prices`` go before earlier ones."""
    needs = _priced(load_needs(path), prices)
    return _plan(needs, _folder(path, out, to_stdout=to_stdout), currency, to_stdout=to_stdout, tr=tr)


def _priced(needs: Needs, files: Sequence[Path]) -> Needs:
    if not files:
        return needs
    from wizard.catalog.overrides_file import read_overrides

    today, catalog = datetime.now().astimezone().date(), Catalog()
    for file in files:
        later = read_overrides(file, today, catalog)
        needs = needs.model_copy(update={"overrides": needs.overrides.merged(later)})
    return needs


def plan_example(tr: Translator) -> int:
    """Plan the shipped example, for a machine without a display."""
    sys.stdout.write(tr("There is no display; planning the example {example} instead.", example=EXAMPLE) + "\n")
    return _plan(preset(EXAMPLE).needs, Path("out") / EXAMPLE, None, to_stdout=False, tr=tr)


def _folder(path: Path, out: Path | None, *, to_stdout: bool) -> Path | None:
    if out is not None or to_stdout:
        return out
    return Path("out") / path.stem


def _plan(needs: Needs, folder: Path | None, currency: str | None, *, to_stdout: bool, tr: Translator) -> int:
    catalog = Catalog()
    plan = make_plan(needs, catalog, currency=currency)
    if folder is not None:
        write_outputs(plan, folder, tr.lang, catalog=catalog)
    if to_stdout:
        sys.stdout.write(to_json(plan))
    else:
        sys.stdout.write(f"{headline(tr, plan)}\n{tr('Written to {folder}', folder=folder)}\n")
    return 0 if plan.status == "feasible" else 1


def write_outputs(
    plan: Plan, folder: Path, lang: str, *, progress: Progress | None = None,
    cancel: Callable[[], bool] | None = None, catalog: Catalog | None = None, wanted: Wanted | None = None,
) -> None:
    """Write every wanted output into ``folder``: all of them, or none.

    They are made in a folder beside it and moved in when all are there; files of other names are left alone.

    Args:
        progress: called with the name of the output that is made next.
        cancel: asked before each output; true stops the work and leaves ``folder`` as it was.
        catalog: the one that the plan was made from, if it is at hand; reading it again takes time.
        wanted: what to write; everything if not given. Outputs of an earlier plan that are not wanted go.

    Raises:
        OutputError: the folder cannot be written.
        Cancelled: ``cancel`` said so.
    """
    folder = folder.absolute()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
            made = Path(scratch) / "new"
            made.mkdir()
            _make(plan, made, Translator(lang), progress or (lambda _: None), cancel or (lambda: False), catalog,
                  wanted or Wanted())
            _move_in(made, folder, Path(scratch))
    except OSError as error:
        raise OutputError("the folder cannot be written ({reason})", where=str(folder),
                          mend="Choose a folder that you may write to, on a disk with room.",
                          reason=error.strerror or str(error)) from error


def _make(
    plan: Plan, folder: Path, tr: Translator, progress: Progress, cancel: Callable[[], bool], catalog: Catalog | None,
    wanted: Wanted,
) -> None:
    from wizard.deploy.bundle import build
    from wizard.deploy.checks import check_bundle
    from wizard.deploy.export import write as write_bundle
    from wizard.deploy.manifest import write_manifest
    from wizard.quote.attachments import attachments
    from wizard.quote.delimited import write_csv
    from wizard.quote.pdf import write_pdf
    from wizard.quote.spreadsheet import write_xlsx

    def step(name: str) -> Path:
        if cancel():
            raise Cancelled
        progress(name)
        return folder / name

    documents, results = wanted.documents, tuple[CheckResult, ...]()
    plan_json = to_json(plan)
    step("plan.json").write_text(plan_json, encoding="utf-8")
    if "bom.csv" in documents:
        write_csv(plan, step("bom.csv"), tr)
    if "bom.xlsx" in documents:
        write_xlsx(plan, step("bom.xlsx"), tr)
    if "deploy" in documents:
        target = step("deploy")
        bundle = build(plan, tr, catalog, targets=wanted.targets)
        results = check_bundle(bundle)
        write_bundle(bundle, target)
    if "quote.pdf" in documents:
        issued = datetime.now().astimezone().date()
        inside = attachments(plan, plan_json, tr, issued)
        write_pdf(plan, step("quote.pdf"), tr, attachments=inside, issued=issued)
    step("MANIFEST.json")
    write_manifest(folder, results)


def _move_in(made: Path, folder: Path, scratch: Path) -> None:
    """Replace the outputs in ``folder``; on an error put the old ones back."""
    if not folder.exists():
        made.rename(folder)
        return
    old = scratch / "old"
    old.mkdir()
    moved: list[str] = []
    try:
        for name in OUTPUTS:
            if (folder / name).exists():
                shutil.move(folder / name, old / name)
            moved.append(name)
            if (made / name).exists():
                shutil.move(made / name, folder / name)
    except OSError:
        for name in reversed(moved):
            _remove(folder / name)
            if (old / name).exists():
                shutil.move(old / name, folder / name)
        raise


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
