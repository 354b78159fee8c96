"""A logo from a user's file (PNG, JPEG, SVG), drawn anew as a small PNG: nothing of the file itself travels."""

from __future__ import annotations

import base64
import re
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPainter
from PySide6.QtSvg import QSvgRenderer

from wizard.errors import InputError
from wizard.i18n import mark
from wizard.needs.logo import MOST_BYTES

FILE_BYTES = 5_000_000
FILE_PIXELS = 10_000
SHARP = QSize(720, 192)
"""Pixels of the box that it is drawn into: four times the points that the paper gives it."""

_ACTIVE = re.compile(rb"<!DOCTYPE|<!ENTITY|<script|<image|<foreignObject|<use[^>]*href\s*=\s*[\"'](?!#)", re.IGNORECASE)
MEND = mark("Choose a PNG, JPEG or SVG picture.")


def read_logo(path: Path) -> str:
    """Return the logo as base64 text of a PNG.

    Raises:
        InputError: the file cannot be read, is no such picture, or is too large.
    """
    try:
        if path.stat().st_size > FILE_BYTES:
            raise InputError(mark("the picture is too large"), where=path.name, mend=mark("Save it smaller."))
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            mark("the file cannot be read ({reason})"), where=path.name, reason=error.strerror or str(error)
        ) from error
    image = _svg(data) if path.suffix.lower() == ".svg" else _raster(data)
    if image is None or image.isNull():
        raise InputError(mark("this is no picture that can be shown"), where=path.name, mend=MEND)
    text = _png(image)
    if len(text) > MOST_BYTES:
        raise InputError(mark("the picture is too large"), where=path.name, mend=mark("Save it smaller."))
    return text


def _raster(data: bytes) -> QImage | None:
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    if bytes(reader.format().data()) not in (b"png", b"jpeg", b"jpg"):
        return None
    size = reader.size()
    if not size.isValid() or max(size.width(), size.height()) > FILE_PIXELS:
        return None
    reader.setScaledSize(_fitted(size))
    return reader.read()


def _svg(data: bytes) -> QImage | None:
    """Draw an SVG; one that would load or run something is none."""
    if _ACTIVE.search(data) or b"<svg" not in data:
        return None
    drawing = QSvgRenderer(QByteArray(data))
    size = drawing.defaultSize()
    if not drawing.isValid() or size.isEmpty():
        return None
    size = size.scaled(SHARP, Qt.AspectRatioMode.KeepAspectRatio)
    image = QImage(max(1, size.width()), max(1, size.height()), QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    drawing.render(painter, QRectF(0, 0, image.width(), image.height()))
    painter.end()
    return image


def _fitted(size: QSize) -> QSize:
    if size.width() <= SHARP.width() and size.height() <= SHARP.height():
        return size
    fitted = size.scaled(SHARP, Qt.AspectRatioMode.KeepAspectRatio)
    return QSize(max(1, fitted.width()), max(1, fitted.height()))


def _png(image: QImage) -> str:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # PySide's stubs want bytes and take text
    return base64.b64encode(bytes(buffer.data().data())).decode("ascii")
