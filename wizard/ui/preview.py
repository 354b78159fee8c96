"""Pages of a PDF as pictures."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument


def page_count(pdf: bytes) -> int:
    """Return how many pages a PDF has; none where it cannot be read."""
    with opened(pdf) as document:
        return len(document) if document is not None else 0


def page_image(pdf: bytes, number: int, width: int, ratio: float = 1.0) -> QImage | None:
    """Render one page (from 0) ``width`` logical pixels wide; ``None`` where it cannot be rendered."""
    with opened(pdf) as document:
        if document is None or not 0 <= number < len(document):
            return None
        image = render(document, number, width=round(width * ratio))
    image.setDevicePixelRatio(ratio)
    return image


@contextlib.contextmanager
def opened(pdf: bytes) -> Iterator[PdfDocument | None]:
    """Open a PDF; ``None`` where it cannot be read."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError:
        yield None
        return
    try:
        yield document
    finally:
        document.close()


def render(document: PdfDocument, number: int, *, width: int = 0, scale: float = 1.0) -> QImage:
    """Render one page: ``width`` pixels wide, or ``scale`` pixels per point."""
    page = document[number]
    bitmap = page.render(scale=width / page.get_width() if width else scale, rev_byteorder=True)
    data = bytes(bitmap.buffer)
    kind = QImage.Format.Format_RGBX8888 if bitmap.n_channels == 4 else QImage.Format.Format_RGB888
    image = QImage(data, bitmap.width, bitmap.height, bitmap.stride, kind).copy()
    page.close()
    return image
