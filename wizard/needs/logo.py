"""A seller's logo as text in the needs: a small PNG or JPEG in base64, whose size is read from its own header."""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Iterator

from wizard.i18n import Message, mark

MOST_BYTES = 300_000
MOST_PIXELS = 2000
"""Along one side; what is larger costs memory and no paper needs it."""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_JPEG_SIZES = frozenset((0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF))


def logo_bytes(text: str) -> bytes:
    """Return the picture's bytes.

    Raises:
        ValueError: it is no base64, no PNG or JPEG, or too large.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(mark("the logo is no base64 text")) from error
    if len(data) > MOST_BYTES:
        raise ValueError(Message(mark("the logo has more than {most} bytes"), {"most": MOST_BYTES}))
    wide, high = picture_size(data)
    if not (0 < wide <= MOST_PIXELS and 0 < high <= MOST_PIXELS):
        raise ValueError(Message(mark("the logo is larger than {most} pixels along one side"), {"most": MOST_PIXELS}))
    return data


def picture_size(data: bytes) -> tuple[int, int]:
    """Return width and height in pixels from the header.

    Raises:
        ValueError: it is no PNG or JPEG.
    """
    if data.startswith(_PNG) and data[12:16] == b"IHDR" and len(data) > 33:
        return struct.unpack(">II", data[16:24])
    if data.startswith(_JPEG):
        for kind, place in _segments(data):
            if kind in _JPEG_SIZES and place + 9 <= len(data):
                high, wide = struct.unpack(">HH", data[place + 5 : place + 9])
                return wide, high
    raise ValueError(mark("the logo is neither a PNG nor a JPEG picture"))


def _segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield each marker of a JPEG and its place, up to the pixels."""
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF and data[place + 1] != 0xDA:
        yield data[place + 1], place
        place += 2 + struct.unpack(">H", data[place + 2 : place + 4])[0]
