"""On which terms, and where to sign."""

from __future__ import annotations

from wizard.quote.flow import Block, Group, Section, Text
from wizard.quote.panels import Signatures, bullets
from wizard.quote.paper import Paper
from wizard.quote.style import BODY, H1, H2


def section(paper: Paper) -> Section:
    """Return terms and signature block."""
    tr = paper.tr
    blocks: list[Block] = [Text(tr("Terms and signatures"), H1), *bullets(_terms(paper)), Group([
        Text(tr("Signatures"), H2),
        Text(tr("By signing, both sides confirm the requirements and the choice of hardware, not the prices."), BODY),
        Signatures((tr("Customer"), tr("Prepared by")),
                   (tr("Name"), tr("Title"), tr("Order no."), tr("Date"), tr("Signature and stamp"))),
    ])]
    return Section("terms", tr("Terms and signatures"), blocks, new_page=False)


def _terms(paper: Paper) -> list[str]:
    tr = paper.tr
    option = paper.chosen
    bom = option.bom if option else None
    texts = [
        tr("This is a budgetary quotation, not an offer: its prices bind nobody; a supplier's offer replaces them."),
        tr("It holds until {day}. After that, plan again with a fresh catalogue.", day=paper.day(paper.valid_until)),
        tr("All amounts are in {currency} unless they say otherwise.", currency=paper.plan.currency),
    ]
    if bom:
        texts.append(tr("The total includes {rate} tax.", rate=paper.share(bom.tax_rate, 1)) if bom.tax_rate else
                     tr("The total includes no tax."))
    texts.append(tr("Delivery, warranty, response times and payment are the supplier's to offer; get them in writing."))
    texts.append(tr("Speed figures are estimates; the acceptance test says what counts as kept."))
    return texts
