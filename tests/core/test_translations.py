"""English and Chinese are equals: every text is translated, with the same fields, and what is compiled is current."""

from __future__ import annotations

import sys
from pathlib import Path

import polib
import pytest

from wizard.i18n import Translator, fields_of

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "packaging"))

import messages  # noqa: E402 (a script beside the package)

CATALOGUES = sorted((ROOT / "resources" / "translations").glob("*/*.po"))


def test_every_message_has_chinese() -> None:
    assert messages.missing("zh_CN") == {}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_fields_are_kept_and_nothing_is_fuzzy(path: Path) -> None:
    for entry in polib.pofile(str(path)):
        assert fields_of(entry.msgid) == fields_of(entry.msgstr), entry.msgid
        assert "fuzzy" not in entry.flags, entry.msgid


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_compiled_catalogues_are_current(path: Path) -> None:
    source = {entry.msgid: entry.msgstr for entry in polib.pofile(str(path)) if entry.msgstr}
    compiled = {entry.msgid: entry.msgstr for entry in polib.mofile(str(path.with_suffix(".mo")))}
    assert compiled == source


def test_no_message_is_worded_twice_in_different_ways() -> None:
    seen: dict[str, tuple[str, str]] = {}
    for path in CATALOGUES:
        for entry in polib.pofile(str(path)):
            place, text = seen.setdefault(entry.msgid, (path.stem, entry.msgstr))
            assert text == entry.msgstr, f"{entry.msgid!r} in {place} and {path.stem}"


def test_a_translation_with_other_fields_is_not_used() -> None:
    assert Translator("zh_CN")("{count} x {accelerator} meet every requirement", count=4, accelerator="H100") == (
        "4 × H100 满足全部要求"
    )
    assert Translator("en")("Written to {folder}", folder="out") == "Written to out"
