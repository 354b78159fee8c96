"""README.md and RUNBOOK.md in the plan's language."""

from __future__ import annotations

from wizard.deploy.bundle import DeployBundle, DeployFile, Files
from wizard.deploy.facts import Deployment
from wizard.deploy.failure_rules import findings_of
from wizard.deploy.readme import readme
from wizard.deploy.runbook import runbook
from wizard.i18n import Translator
from wizard.planner.plan import Plan


def files(d: Deployment, tr: Translator, others: Files) -> Files:
    """Return the two guides; README lists what stands beside it and what the failure rules found."""
    found = findings_of(d, DeployBundle(others))
    return {"README.md": DeployFile(readme(d, tr, others, found), "markdown"),
            "RUNBOOK.md": DeployFile(runbook(d, tr), "markdown")}


def no_option(plan: Plan, tr: Translator) -> Files:
    """Return what is left to say where the plan has no option to deploy."""
    text = tr("# Nothing to deploy") + "\n\n" + tr(
        "The plan has no option that could run, so there are no files. Its reasons are in plan.json and quote.pdf."
    )
    if plan.changes:
        text += "\n\n" + tr("One changed answer would make it feasible; see the nearest plans in plan.json.")
    return {"README.md": DeployFile(text + "\n", "markdown")}
