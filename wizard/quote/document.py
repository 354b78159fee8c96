"""Sections become a PDF: head and foot of every page, outline, links, attached files; same input, same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from wizard.quote import style
from wizard.quote.flow import Layout, Page, Pen, Section
from wizard.quote.paper import Paper
from wizard.quote.style import A4, HAIRLINE, MARGIN, MUTED, SMALL, WARNING, rgb
from wizard.quote.text import Span, clean, fitted, width

if TYPE_CHECKING:
    import pikepdf

    from wizard.quote.surface import Surface

_MIME = {
    "json": "application/json", "csv": "text/csv", "yaml": "application/yaml", "yml": "application/yaml",
    "md": "text/markdown", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def render(paper: Paper, sections: Sequence[Section], title: str) -> bytes:
    """Lay out and draw the sections and return a PDF without attachments."""
    style.register_fonts()
    layout = Layout()
    for section in sections:
        layout.add(section)
    buffer = BytesIO()
    canvas = _canvas(buffer, paper, title)
    places = {section.key: n for n, page in enumerate(layout.pages, 1) for section, _ in page.begins}
    for number, page in enumerate(layout.pages, 1):
        _draw_page(Pen(canvas, number, len(layout.pages), places), page, paper, title)
    canvas.save()
    return buffer.getvalue()


def _canvas(buffer: BytesIO, paper: Paper, title: str) -> Surface:
    from reportlab.pdfgen.canvas import Canvas

    canvas: Surface = Canvas(  # type: ignore[no-untyped-call]
        buffer, pagesize=A4, invariant=1, lang="zh-CN" if paper.chinese else "en-US", initialFontName=style.REGULAR,
        pdfVersion=(1, 7), pageCompression=1)
    canvas.setTitle(clean(title))
    canvas.setAuthor(clean(paper.plan.needs.document.prepared_by))
    canvas.setSubject(clean(paper.tr("Budgetary quotation, not an offer")))
    canvas.setCreator("Rackwright")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    canvas.showOutline()
    return canvas


def _draw_page(pen: Pen, page: Page, paper: Paper, title: str) -> None:
    canvas = pen.canvas
    canvas.setPageSize(page.size)
    for section, top in page.begins:
        canvas.bookmarkPage(section.key, fit="XYZ", left=0, top=top + 14, zoom=0)
        canvas.addOutlineEntry(clean(section.title), section.key, level=0)
    _furniture(pen, page, paper, title)
    for block, x, top in page.items:
        block.draw(pen, x, top, page.room)
    canvas.showPage()


def _furniture(pen: Pen, page: Page, paper: Paper, title: str) -> None:
    """Head: the name and what kind of paper this is. Foot: fingerprint, catalogue, page."""
    tr = paper.tr
    wide, high = page.size
    right = wide - MARGIN
    stamp = tr("BUDGETARY - not an offer")
    _label(pen.canvas, stamp, right, high - 34, bold=True, colour=WARNING)
    room = right - MARGIN - width(clean(stamp), style.BOLD, SMALL.size) - 20
    pen.line((Span(fitted(clean(title), style.REGULAR, SMALL.size, room)),), SMALL, MARGIN, high - 34, room)
    pen.canvas.setStrokeColor(rgb(HAIRLINE))
    pen.canvas.setLineWidth(0.6)
    pen.canvas.line(MARGIN, high - 41, right, high - 41)
    pen.canvas.line(MARGIN, 40, right, 40)
    parts = [paper.number, tr("catalogue {version}", version=paper.plan.catalog_version)]
    if paper.plan_sha256:
        parts.append(tr("plan SHA-256 {digest}", digest=paper.plan_sha256[:16]))
    pen.line((Span(clean(" · ".join(parts))),), SMALL, MARGIN, 28, right - MARGIN)
    _label(pen.canvas, tr("page {x} of {y}", x=pen.number, y=pen.total), right, 28)


def _label(
    canvas: Surface, text: str, right: float, baseline: float, *, bold: bool = False, colour: str = MUTED,
) -> None:
    canvas.setFont(style.BOLD if bold else style.REGULAR, SMALL.size)
    canvas.setFillColor(rgb(colour))
    canvas.drawRightString(right, baseline, clean(text))


def finish(content: bytes, attachments: Mapping[str, bytes], issued: date) -> bytes:
    """Attach the files and set the dates; deterministic for the same input."""
    import pikepdf

    moment = datetime(issued.year, issued.month, issued.day, tzinfo=UTC)
    stamp = f"D:{moment:%Y%m%d}000000Z"
    with pikepdf.open(BytesIO(content)) as pdf:
        pdf.docinfo["/CreationDate"] = pdf.docinfo["/ModDate"] = pikepdf.String(stamp)
        for page in pdf.pages:
            for key in ("/Trans", "/Dur"):
                if key in page:
                    del page[key]
        for name in sorted(attachments):
            _attach(pdf, name, attachments[name], stamp)
        out = BytesIO()
        pdf.save(out, deterministic_id=True, min_version="1.7",
                 object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _attach(pdf: pikepdf.Pdf, name: str, data: bytes, stamp: str) -> None:
    import pikepdf

    spec = pikepdf.AttachedFileSpec(
        pdf, data, description=name, filename=name, creation_date=stamp, mod_date=stamp,
        mime_type=_MIME.get(name.rpartition(".")[2].lower(), "text/plain"))
    spec.relationship = pikepdf.Name.Source if name == "plan.json" else pikepdf.Name.Supplement
    pdf.attachments[name] = spec
