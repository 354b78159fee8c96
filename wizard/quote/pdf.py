"""The quote as a PDF: one plan, one language, the same bytes for the same input."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from wizard.errors import OutputError
from wizard.i18n import Translator
from wizard.planner.plan import Plan
from wizard.quote import (
    acceptance,
    appendix,
    assumptions,
    bill,
    cover,
    infrastructure,
    options,
    requirements,
    risks,
    sizing,
    tco,
    terms,
)
from wizard.quote.document import finish, render
from wizard.quote.flow import Section
from wizard.quote.paper import Attached, Paper

PLAN_FILE = "plan.json"


def write_pdf(plan: Plan, path: Path, translator: Translator, *, attachments: Mapping[str, bytes],
              issued: date | None = None) -> None:
    """Write the budgetary quotation.

    Args:
        plan: the whole answer; an infeasible plan gives a paper that says so and what would mend it.
        path: the file to write; its folder exists.
        translator: the language of every word, figure and date.
        attachments: flat names and contents of the files to embed; the SHA-256 of ``plan.json`` is on every page.
        issued: the day of issue, today if not given. The same day and plan give the same bytes.

    Raises:
        OutputError: the file cannot be written.
    """
    content = pdf_bytes(plan, translator, attachments=attachments, issued=issued)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise OutputError("the quote cannot be written: {reason}", where=str(path), mend="Choose another folder.",
                          reason=error.strerror or str(error)) from error


def pdf_bytes(
    plan: Plan, translator: Translator, *, attachments: Mapping[str, bytes], issued: date | None = None,
) -> bytes:
    """Return what :func:`write_pdf` writes."""
    paper = paper_of(plan, translator, attachments=attachments, issued=issued)
    sections = sections_of(paper)
    return finish(render(paper, sections, cover.title(paper)), attachments, paper.issued)


def paper_of(plan: Plan, translator: Translator, *, attachments: Mapping[str, bytes], issued: date | None) -> Paper:
    """Gather what the sections read."""
    files = tuple(Attached(name, len(attachments[name]), hashlib.sha256(attachments[name]).hexdigest())
                  for name in sorted(attachments))
    digest = next((f.sha256 for f in files if f.name == PLAN_FILE), "")
    return Paper(plan=plan, tr=translator, issued=issued or datetime.now().astimezone().date(), plan_sha256=digest,
                 files=files, sources={source.id: n for n, source in enumerate(plan.sources, 1)})


def sections_of(paper: Paper) -> list[Section]:
    """Return the parts of the paper in the order in which a buyer checks them."""
    others = [part(paper) for part in (
        options.section, requirements.section, bill.section, sizing.section, infrastructure.section, tco.section,
        assumptions.section, assumptions.sources, risks.section, acceptance.section, terms.section, appendix.section,
    )]
    return [cover.section(paper, others), *others]
