"""What travels inside the quote: the plan, the bill as CSV, and the quotation as UBL-shaped JSON."""

from __future__ import annotations

import hashlib
from datetime import date

from wizard.i18n import Translator
from wizard.planner.plan import Plan
from wizard.quote import ubl
from wizard.quote.delimited import csv_bytes
from wizard.quote.pdf import PLAN_FILE


def attachments(plan: Plan, plan_json: str, translator: Translator, issued: date) -> dict[str, bytes]:
    """Return the files to embed, by name; ``plan_json`` is the plan as it lies beside the quote."""
    content = plan_json.encode("utf-8")
    digest = hashlib.sha256(content).hexdigest()
    return {
        PLAN_FILE: content, "bom.csv": csv_bytes(plan, translator),
        ubl.FILE: ubl.quotation_json(plan, translator, issued=issued, plan_sha256=digest),
    }
