"""What an export would hold before anything is written: every file, what its checks say, and the quote. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from wizard.catalog.catalog import Catalog
from wizard.deploy.results import CheckResult
from wizard.deploy.targets import PREFIXES, Wanted, target_of
from wizard.errors import Cancelled
from wizard.i18n import Translator
from wizard.planner.plan import Plan

QUOTE = "quote.pdf"
ALL = frozenset(PREFIXES)


@dataclass(frozen=True, slots=True)
class Draft:
    """One file as it would be written. ``text`` is empty for what is no text; ``kind`` decides its colours."""

    path: str
    kind: str
    text: str = ""
    results: tuple[CheckResult, ...] = ()

    @property
    def state(self) -> str:
        """``failed``, ``not_run`` or ``passed``: the worst of its checks; ``none`` where there is none."""
        found = {result.status for result in self.results}
        return next((state for state in ("failed", "not_run", "passed") if state in found), "none")


@dataclass(frozen=True, slots=True)
class Drafts:
    """All files in the order in which people look at them.

    Attributes:
        pdf: the quote, empty until it is made.
        targets: the platforms that this plan has files for, wanted or not.
    """

    files: tuple[Draft, ...] = ()
    pdf: bytes = b""
    targets: frozenset[str] = frozenset()

    def count(self, status: str) -> int:
        """Return how many checks of all files ended so."""
        return sum(result.status == status for draft in self.files for result in draft.results)

    def find(self, path: str) -> Draft | None:
        """Return the file of that path."""
        return next((draft for draft in self.files if draft.path == path), None)


def draft(
    plan: Plan, lang: str, wanted: Wanted, catalog: Catalog, cancelled: Callable[[], bool],
    report: Callable[[object], None],
) -> Drafts:
    """Make everything in memory; ``report`` is handed the files before the slower quote is drawn.

    Raises:
        Cancelled: ``cancelled`` said so.
    """
    from wizard.planner.plan_json import to_json
    from wizard.quote.attachments import attachments
    from wizard.quote.delimited import csv_bytes

    tr, plan_json = Translator(lang), to_json(plan)
    files = [Draft(QUOTE, "pdf")] if QUOTE in wanted.documents else []
    if "bom.xlsx" in wanted.documents:
        files.append(Draft("bom.xlsx", "xlsx"))
    if "bom.csv" in wanted.documents:
        files.append(Draft("bom.csv", "csv", csv_bytes(plan, tr).decode("utf-8-sig")))
    files.append(Draft("plan.json", "json", plan_json))
    targets: frozenset[str] = frozenset()
    if "deploy" in wanted.documents:
        deployment, targets = _deployment(plan, tr, wanted, catalog)
        files += deployment
    found = Drafts(tuple(files), targets=targets)
    if QUOTE not in wanted.documents:
        return found
    if cancelled():
        raise Cancelled
    report(found)
    from wizard.quote.pdf import pdf_bytes

    issued = datetime.now().astimezone().date()
    inside = attachments(plan, plan_json, tr, issued)
    return replace(found, pdf=pdf_bytes(plan, tr, attachments=inside, issued=issued))


def _deployment(
    plan: Plan, tr: Translator, wanted: Wanted, catalog: Catalog
) -> tuple[list[Draft], frozenset[str]]:
    from wizard.deploy.bundle import build
    from wizard.deploy.checks import check_bundle

    bundle = whole = build(plan, tr, catalog)
    if wanted.targets != ALL:
        bundle = build(plan, tr, catalog, targets=wanted.targets)
    results = check_bundle(bundle)
    drafts = [
        Draft(f"deploy/{path}", file.kind, file.text, tuple(r for r in results if r.path == path))
        for path, file in bundle.items()
    ]
    return drafts, frozenset(map(target_of, whole)) - {""}
