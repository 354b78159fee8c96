"""Reading a quote back: the plan comes out as it went in, and hostile files come out as clear errors."""

from __future__ import annotations

import zlib
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from tests import samples
from tests.quote import papers
from wizard.errors import InputError
from wizard.quote.readback import read_attachment


@pytest.fixture(scope="module")
def content() -> bytes:
    return papers.paper(samples.plan())


def _file(folder: Path, data: bytes) -> Path:
    path = folder / "q.pdf"
    path.write_bytes(data)
    return path


def test_the_plan_comes_out_as_it_went_in(tmp_path: Path, content: bytes) -> None:
    path = _file(tmp_path, content)
    assert read_attachment(path, "plan.json") == papers.PLAN_JSON
    assert read_attachment(path, "bom.csv") == papers.FILES["bom.csv"]


def test_a_large_plan_comes_out_up_to_the_limit(tmp_path: Path) -> None:
    data = bytes(range(256)) * 4000
    path = _file(tmp_path, papers.paper(samples.plan(), "en", **{"plan.json": data}))
    assert read_attachment(path, "plan.json", max_bytes=len(data)) == data
    with pytest.raises(InputError, match="larger than"):
        read_attachment(path, "plan.json", max_bytes=len(data) - 1)


def _bomb() -> bytes:
    """A small PDF whose attachment inflates to 200 MB."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(200)) + packer.flush()
    stream = pikepdf.Stream(pdf, packed, Filter=pikepdf.Name.FlateDecode, Type=pikepdf.Name.EmbeddedFile)
    spec = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F="plan.json", UF="plan.json",
                              EF=pikepdf.Dictionary(F=pdf.make_indirect(stream)))
    names = pikepdf.Array([pikepdf.String("plan.json"), pdf.make_indirect(spec)])
    pdf.Root.Names = pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=names))
    out = BytesIO()
    pdf.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    return out.getvalue()


def test_a_bomb_is_not_inflated(tmp_path: Path) -> None:
    data = _bomb()
    assert len(data) < 1_000_000
    with pytest.raises(InputError, match="larger than"):
        read_attachment(_file(tmp_path, data), "plan.json")


@pytest.mark.parametrize("cut", [20, 200, 2_000, 20_000])
def test_a_cut_file_is_a_clear_error_or_still_right(tmp_path: Path, content: bytes, cut: int) -> None:
    path = _file(tmp_path, content[:-cut])
    try:
        found = read_attachment(path, "plan.json")
    except InputError as error:
        found, where = papers.PLAN_JSON, error.where
    else:
        where = str(path)
    assert (found, where) == (papers.PLAN_JSON, str(path))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"not a pdf" * 500, b"%PDF-1.7\n" + b"\0" * 3000])
def test_what_is_no_pdf_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(InputError):
        read_attachment(_file(tmp_path, data), "plan.json")


def test_a_locked_file_says_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "locked.pdf"
    with pikepdf.open(BytesIO(content)) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(InputError, match="password"):
        read_attachment(path, "plan.json")


def test_a_pdf_without_a_plan_says_so(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputError, match="holds no file called other"):
        read_attachment(_file(tmp_path, content), "other")
    with pytest.raises(InputError, match="cannot be read"):
        read_attachment(tmp_path / "nowhere.pdf", "plan.json")
