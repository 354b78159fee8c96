"""Find the message ids in the source: what translators must word. Used by the tests and by hand.

`python packaging/messages.py zh_CN` lists the ids that no catalogue of the language translates yet;
`python packaging/messages.py --compile` compiles every .po beside it.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import polib
import yaml

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "resources" / "translations"
MARKERS = frozenset({"mark", "tr", "t", "InputError", "OutputError", "CatalogFault", "ngettext"})
KEYWORDS = frozenset({"mend"})


def message_ids(folder: Path = ROOT / "wizard") -> dict[str, str]:
    """Return every message id with the place where it was seen first."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*.py")):
        for line, text in _in_source(path):
            found.setdefault(text, f"{path.relative_to(ROOT)}:{line}")
    for path in sorted((ROOT / "resources" / "presets").glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        for key in ("title", "summary"):
            found.setdefault(data[key], str(path.relative_to(ROOT)))
    return found


def _in_source(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in MARKERS and node.args:
            yield from _texts(node.args[0])
        for keyword in node.keywords:
            if keyword.arg in KEYWORDS:
                yield from _texts(keyword.value)


def _texts(node: ast.expr) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and any(c.isalpha() for c in node.value):
        yield node.lineno, node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


def translations(lang: str) -> dict[str, str]:
    """Return what the catalogues of a language translate."""
    return {
        entry.msgid: entry.msgstr
        for path in sorted((TRANSLATIONS / lang).glob("*.po")) for entry in polib.pofile(str(path))
        if entry.msgstr and "fuzzy" not in entry.flags
    }


def missing(lang: str) -> dict[str, str]:
    """Return the message ids without a translation, with their places."""
    known = translations(lang)
    return {text: place for text, place in message_ids().items() if text not in known}


def compile_all() -> None:
    """Compile every catalogue."""
    for path in TRANSLATIONS.glob("*/*.po"):
        polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))


if __name__ == "__main__":
    if sys.argv[1] == "--compile":
        compile_all()
    else:
        for text, place in missing(sys.argv[1]).items():
            sys.stdout.write(f"{place}\t{text}\n")
