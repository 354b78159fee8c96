"""A look at the first page of a PDF."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QImage


def first_page(path: Path, width: int, ratio: float = 1.0) -> QImage | None:
    """Render the first page ``width`` logical pixels wide; ``None`` where it cannot be rendered."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError:
        return None
    try:
        page = document[0]
        bitmap = page.render(scale=width * ratio / page.get_width(), rev_byteorder=True)
        data = bytes(bitmap.buffer)
        kind = QImage.Format.Format_RGBX8888 if bitmap.n_channels == 4 else QImage.Format.Format_RGB888
        image = QImage(data, bitmap.width, bitmap.height, bitmap.stride, kind).copy()
        image.setDevicePixelRatio(ratio)
        page.close()
        return image
    finally:
        document.close()
