"""Reading a quote back: the files inside a PDF that may come from anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wizard.errors import InputError

if TYPE_CHECKING:
    import pikepdf

MAX_PDF_BYTES = 100_000_000


def read_attachment(path: Path, name: str, max_bytes: int = 5_000_000) -> bytes:
    """Return the file called ``name`` that is attached to the PDF.

    The file is only read, never run or rendered. What it inflates to is bounded before it is held in memory.

    Args:
        path: a PDF of any origin.
        name: the attachment's name, as it was given to :func:`wizard.quote.pdf.write_pdf`.
        max_bytes: the most that may come out.

    Raises:
        InputError: no such file, not a readable PDF, encrypted, no such attachment, or one that is too large.
    """
    import pikepdf

    where = str(path)
    _check_file(path)
    try:
        with pikepdf.open(path, suppress_warnings=True) as pdf:
            return _bytes_of(pdf, name, max_bytes, where)
    except pikepdf.PasswordError as error:
        raise InputError("the PDF is locked with a password", where=where, mend="Save it without one.") from error
    except (pikepdf.PdfError, pikepdf.ForeignObjectError, OSError, RuntimeError, ValueError, TypeError, KeyError,
            AttributeError) as error:
        raise InputError("the PDF is damaged and cannot be read", where=where) from error


def _check_file(path: Path) -> None:
    try:
        size = path.stat().st_size
        with path.open("rb") as f:
            head = f.read(1024)
    except OSError as error:
        raise InputError("the file cannot be read: {reason}", where=str(path),
                         reason=error.strerror or str(error)) from error
    if b"%PDF-" not in head:
        raise InputError("this is not a PDF", where=str(path))
    if size > MAX_PDF_BYTES:
        raise InputError("the file is larger than {limit} bytes", where=str(path), limit=MAX_PDF_BYTES)


def _bytes_of(pdf: pikepdf.Pdf, name: str, max_bytes: int, where: str) -> bytes:
    if name not in pdf.attachments:
        raise InputError("the PDF holds no file called {name}", where=where, name=name,
                         mend="Only quotes that Rackwright wrote hold a plan.")
    stream = pdf.attachments[name].get_file().obj
    raw = stream.read_raw_bytes()
    filters = _filters(stream)
    too_large = InputError("the file {name} inside the PDF is larger than {limit} bytes", where=where, name=name,
                           limit=max_bytes)
    if len(raw) > max_bytes:
        raise too_large
    if not filters:
        return bytes(raw)
    if filters != ["/FlateDecode"]:
        raise InputError("the file {name} inside the PDF is packed in an unknown way", where=where, name=name)
    data = _inflated(bytes(raw), max_bytes, where)
    if data is None:
        raise too_large
    return data


def _filters(stream: pikepdf.Object) -> list[str]:
    import pikepdf

    given = stream.get("/Filter")
    if given is None:
        return []
    return [str(f) for f in given] if isinstance(given, pikepdf.Array) else [str(given)]


def _inflated(raw: bytes, max_bytes: int, where: str) -> bytes | None:
    """Inflate no more than ``max_bytes``; ``None`` if there is more, so that a small bomb cannot fill the memory."""
    import zlib

    packed = zlib.decompressobj()
    try:
        data = packed.decompress(raw, max_bytes + 1)
    except zlib.error as error:
        raise InputError("the PDF is damaged and cannot be read", where=where) from error
    if len(data) > max_bytes:
        return None
    if not packed.eof:
        raise InputError("the PDF is damaged and cannot be read", where=where)
    return data
