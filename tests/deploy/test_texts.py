"""Every text of this room has a Chinese one, with the same fields, and the compiled file is that of the source."""

from __future__ import annotations

from pathlib import Path

import polib
from babel.messages.extract import extract_from_dir

import wizard.deploy
from wizard.i18n import fields_of
from wizard.paths import resource

FOLDER = Path(wizard.deploy.__file__).parent
PO = resource("translations", "zh_CN", "deploy.po")


def ids() -> set[str]:
    found = extract_from_dir(FOLDER, keywords={"tr": None, "mark": None})
    return {message for _, _, message, _, _ in found if isinstance(message, str)}


def test_every_text_is_translated_with_its_fields() -> None:
    chinese = {entry.msgid: entry.msgstr for entry in polib.pofile(str(PO))}
    assert ids() - set(chinese) == set()
    assert [m for m, text in chinese.items() if fields_of(m) != fields_of(text) or not text] == []


def test_the_compiled_file_is_that_of_the_source() -> None:
    source = {entry.msgid: entry.msgstr for entry in polib.pofile(str(PO))}
    compiled = {entry.msgid: entry.msgstr for entry in polib.mofile(str(PO.with_suffix(".mo")))}
    assert compiled == source
