"""Files with their fingerprints, versions, and the words that not everybody knows."""

from __future__ import annotations

from wizard.quote.flow import Block, Section, Text
from wizard.quote.paper import Paper
from wizard.quote.style import BODY, CAPTION, H1, H2
from wizard.quote.tables import Column, Grid, Row, pairs
from wizard.quote.text import MISSING, clean


def section(paper: Paper) -> Section:
    """Return the appendix."""
    tr, plan = paper.tr, paper.plan
    blocks: list[Block] = [Text(tr("Appendix: files and words"), H1)]
    if paper.files:
        rows = [Row((f.name, paper.count(f.size), f.sha256)) for f in paper.files]
        blocks += [
            Text(tr("These files travel inside this PDF. Opening it in Rackwright restores the plan."), BODY),
            Grid((Column(tr("File"), 1), Column(tr("Bytes"), align="right"), Column("SHA-256")), rows, size=7.5),
        ]
    blocks += [Text(tr("Versions"), H2), pairs([
        (tr("Version of the catalogue"), plan.catalog_version),
        (tr("Version of the calibration"), plan.calibration_version),
        (tr("Candidates considered"), paper.count(plan.considered)),
    ])]
    blocks += [Text(tr("Words"), H2), pairs([(name, meaning) for name, meaning in _glossary(paper)], share=0.24)]
    if _replaced(paper):
        blocks.append(Text(tr("{mark} stands for a sign that the fonts of this paper lack.", mark=MISSING), CAPTION))
    return Section("appendix", tr("Appendix: files and words"), blocks, new_page=False)


def _glossary(paper: Paper) -> list[tuple[str, str]]:
    tr = paper.tr
    return [
        ("TTFT", tr("Time to first token: from the request until the answer begins.")),
        ("TPOT", tr("Time per output token, once the answer runs.")),
        (tr("KV cache"), tr("Keys and values of the tokens read so far; grows with context and users.")),
        ("TP, PP, DP, EP, CP", tr("Tensor, pipeline, data, expert and context parallelism: how a model is laid over "
                                  "several accelerators.")),
        (tr("Replica"), tr("A complete copy of the model that serves on its own.")),
        (tr("90 % band"), tr("The band is built so that nine of ten measurements fall into it.")),
        ("P10, P90", tr("One in ten simulated outcomes lies below P10, one in ten above P90.")),
        ("GB, GiB", tr("A GB is 10^9 bytes, a GiB 2^30 bytes.")),
        ("PUE", tr("Power of the whole room over power of the machines in it.")),
    ]


def _replaced(paper: Paper) -> bool:
    words = paper.plan.needs.document
    given = "".join((words.project, words.customer, words.prepared_by, words.notes, paper.plan.needs.model))
    return MISSING in clean(given) and MISSING not in given


