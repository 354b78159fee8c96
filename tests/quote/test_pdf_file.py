"""The PDF as a file: fonts, links, outline, attachments, language, and the same bytes for the same plan."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdf
import pytest

from tests import samples
from tests.quote import papers
from wizard.errors import OutputError
from wizard.i18n import Translator
from wizard.paths import data_root
from wizard.quote.pdf import paper_of, sections_of, write_pdf


@pytest.fixture(scope="module")
def content() -> bytes:
    return papers.paper(samples.plan(), "zh_CN")


def _fonts(content: bytes) -> Iterator[tuple[str, bool]]:
    """Yield each font's name and whether it is embedded."""
    with pikepdf.open(BytesIO(content)) as pdf:
        for page in pdf.pages:
            fonts = page.resources.get("/Font", pikepdf.Dictionary())
            for font in (fonts[str(name)] for name in fonts):
                yield str(font.BaseFont), "/FontFile2" in font.get("/FontDescriptor", {})


@pytest.mark.parametrize("kind", ["owned", "training", "infeasible"])
def test_every_font_is_embedded(kind: str) -> None:
    plan = dict(papers.every_kind())[kind]
    found = list(_fonts(papers.paper(plan)))
    assert {name.partition("+")[2] for name, _ in found} == {"NotoSansSC-Regular", "NotoSansSC-Bold"}
    assert [name for name, embedded in found if not embedded] == []


def test_language_and_title_are_set(content: bytes) -> None:
    with pikepdf.open(BytesIO(content)) as pdf:
        assert str(pdf.Root.Lang) == "zh-CN"
        assert str(pdf.docinfo["/Title"]) == "Pilot：硬件方案"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert str(pdf.docinfo["/CreationDate"]) == "D:20261122000000Z"


def test_outline_and_contents_lead_to_the_pages_of_the_sections(content: bytes) -> None:
    reader = pypdf.PdfReader(BytesIO(content))
    paper = paper_of(samples.plan(), Translator("zh_CN"), attachments=papers.FILES, issued=papers.DAY)
    titles = [section.title for section in sections_of(paper)]
    entries = [entry for entry in reader.outline if isinstance(entry, pypdf.generic.Destination)]
    assert [entry.title for entry in entries] == titles
    for entry in entries[1:]:
        page = reader.get_destination_page_number(entry)
        assert page is not None
        assert str(entry.title) in reader.pages[page].extract_text()
    links = [a.get_object() for a in reader.pages[0]["/Annots"]]  # type: ignore[attr-defined]
    targets = [reader.get_page_number(link["/Dest"][0].get_object()) for link in links]
    assert targets[-len(entries) + 1:] == [reader.get_destination_page_number(entry) for entry in entries[1:]]


def test_page_numbers_are_right(content: bytes) -> None:
    reader = pypdf.PdfReader(BytesIO(content))
    last = len(reader.pages)
    for number, page in enumerate(reader.pages, 1):
        assert f"第 {number} 页，共 {last} 页" in papers.plain(page.extract_text())


def test_every_page_names_the_plan_and_the_catalogue(content: bytes) -> None:
    digest = hashlib.sha256(papers.PLAN_JSON).hexdigest()[:16]
    for page in pypdf.PdfReader(BytesIO(content)).pages:
        text = page.extract_text()
        assert digest in text
        assert samples.plan().catalog_version in text


def test_attachments_are_marked_as_source_and_supplement(content: bytes) -> None:
    with pikepdf.open(BytesIO(content)) as pdf:
        assert {name: pdf.attachments[name].get_file().read_bytes() for name in pdf.attachments} == papers.FILES
        kinds = {str(spec.UF): str(spec.AFRelationship) for spec in pdf.Root.AF}
        assert kinds == {"plan.json": "/Source", "bom.csv": "/Supplement"}


def test_the_appendix_lists_the_fingerprints(content: bytes) -> None:
    text = papers.text_of(content)
    for data in papers.FILES.values():
        assert hashlib.sha256(data).hexdigest() in text


_BUILD = """
import hashlib, sys
from tests.quote import papers
from tests import samples
print(hashlib.sha256(papers.paper(samples.plan(), sys.argv[1])).hexdigest())
"""


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_two_processes_write_the_same_bytes(lang: str) -> None:
    digests = {
        subprocess.run([sys.executable, "-c", _BUILD, lang], cwd=data_root(), check=True, capture_output=True,
                       text=True, env={**os.environ, "PYTHONHASHSEED": seed}).stdout
        for seed in ("1", "2")
    }
    assert digests == {hashlib.sha256(papers.paper(samples.plan(), lang)).hexdigest() + "\n"}


def test_a_paper_without_attachments_has_no_fingerprint(tmp_path: Path) -> None:
    write_pdf(samples.plan(), tmp_path / "q.pdf", Translator("en"), attachments={}, issued=papers.DAY)
    text = papers.text_of((tmp_path / "q.pdf").read_bytes())
    assert "SHA-256" not in text
    assert "RW-20261122" in text


def test_a_folder_that_is_not_there_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as caught:
        write_pdf(samples.plan(), tmp_path / "no" / "q.pdf", Translator("en"), attachments={})
    assert "q.pdf" in caught.value.where
