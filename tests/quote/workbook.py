"""Reads a workbook from its XML and works out its formulas anew, ignoring the values stored beside them."""

from __future__ import annotations

import re
import zipfile
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
Value = float | str | None
_TOKEN = re.compile(
    r"\s*(?:(?P<text>\"[^\"]*\")|(?P<number>\d+\.?\d*)|(?P<ref>(?:\w+!)?\$?[A-Z]{1,2}\$?\d+(?::\$?[A-Z]{1,2}\$?\d+)?)"
    r"|(?P<name>[A-Za-z_]\w*)|(?P<op>[-+*/^(),=]))"
)


class Workbook:
    """Cells by sheet and address: formula if there is one, stored value, type."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            self.files = archive.namelist()
            texts = self._texts(archive)
            book = ET.fromstring(archive.read("xl/workbook.xml"))
            self.names = {n.attrib["name"]: n.text or "" for n in book.findall("m:definedNames/m:definedName", _NS)}
            sheets = [s.attrib["name"] for s in book.findall("m:sheets/m:sheet", _NS)]
            self.xml = {n: archive.read(f"xl/worksheets/sheet{i}.xml").decode() for i, n in enumerate(sheets, 1)}
        self.stored: dict[tuple[str, str], Value] = {}
        self.formulas: dict[tuple[str, str], str] = {}
        for sheet, xml in self.xml.items():
            self._read(sheet, ET.fromstring(xml), texts)
        self._known: dict[tuple[str, str], Value] = {}

    @staticmethod
    def _texts(archive: zipfile.ZipFile) -> list[str]:
        if "xl/sharedStrings.xml" not in archive.namelist():
            return []
        root = ET.fromstring(archive.read("xl/sharedStrings.xml"))
        return ["".join(t.text or "" for t in si.iter(f"{{{_NS['m']}}}t")) for si in root.findall("m:si", _NS)]

    def _read(self, sheet: str, root: ET.Element, texts: list[str]) -> None:
        for cell in root.iter(f"{{{_NS['m']}}}c"):
            at, value, formula = (sheet, cell.attrib["r"]), cell.find("m:v", _NS), cell.find("m:f", _NS)
            if formula is not None:
                self.formulas[at] = formula.text or ""
            text = "" if value is None else value.text or ""
            if cell.attrib.get("t") == "s":
                self.stored[at] = texts[int(text)]
            elif cell.attrib.get("t") == "str" or text == "":
                self.stored[at] = text
            else:
                self.stored[at] = float(text)

    def value(self, sheet: str, address: str) -> Value:
        """Work out a cell."""
        at = (sheet, address.replace("$", ""))
        if at not in self._known:
            formula = self.formulas.get(at)
            self._known[at] = self.stored.get(at) if formula is None else _Formula(self, sheet, formula).result()
        return self._known[at]

    def area(self, sheet: str, ref: str) -> list[Value]:
        """Work out a rectangle, row by row."""
        if "!" in ref:
            sheet, ref = ref.split("!")
        first, _, last = ref.replace("$", "").partition(":")
        (a, m), (b, n) = (re.fullmatch(r"([A-Z]+)(\d+)", x).groups() for x in (first, last or first))  # type: ignore[union-attr]
        return [self.value(sheet, f"{_letters(c)}{r}") for r in range(int(m), int(n) + 1)
                for c in range(_column(a), _column(b) + 1)]


def _column(letters: str) -> int:
    found = 0
    for letter in letters:
        found = found * 26 + ord(letter) - 64
    return found


def _letters(column: int) -> str:
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


class _Formula:
    def __init__(self, book: Workbook, sheet: str, text: str) -> None:
        self.book, self.sheet = book, sheet
        self.tokens = [(m.lastgroup or "", m.group(m.lastgroup or 0)) for m in _TOKEN.finditer(text)]
        self.at = 0

    def result(self) -> Value:
        value = self._compare()
        assert self.at == len(self.tokens), self.tokens[self.at:]
        return value

    def _take(self, text: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at][1] == text:
            self.at += 1
            return True
        return False

    def _compare(self) -> Value:
        left = self._sum()
        if self._take("="):
            right = self._sum()
            # An empty cell is the empty text; a zero is not.
            return float(("" if left is None else left) == ("" if right is None else right))
        return left

    def _sum(self) -> Value:
        left = self._product()
        while True:
            if self._take("+"):
                left = _number(left) + _number(self._product())
            elif self._take("-"):
                left = _number(left) - _number(self._product())
            else:
                return left

    def _product(self) -> Value:
        left = self._power()
        while True:
            if self._take("*"):
                left = _number(left) * _number(self._power())
            elif self._take("/"):
                left = _number(left) / _number(self._power())
            else:
                return left

    def _power(self) -> Value:
        left = self._unary()
        if self._take("^"):
            return float(_number(left) ** _number(self._unary()))
        return left

    def _unary(self) -> Value:
        if self._take("-"):
            return -_number(self._unary())
        return self._atom()

    def _atom(self) -> Value:
        if self._take("("):
            value = self._compare()
            assert self._take(")")
            return value
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "text":
            return text[1:-1]
        if kind == "number":
            return float(text)
        if kind == "ref":
            return self.book.area(self.sheet, text)[0]
        if self._take("("):
            return self._call(text)
        sheet, _, address = self.book.names[text].lstrip("=").partition("!")
        return self.book.value(sheet, address)

    def _call(self, name: str) -> Value:
        if name in {"SUM", "SUMIF"}:
            return self._over_areas(name)
        values = [self._compare()]
        while self._take(","):
            values.append(self._compare())
        assert self._take(")")
        if name == "ROUND":
            exact = Decimal(repr(round(_number(values[0]), 9)))
            return float(exact.quantize(Decimal(1).scaleb(-int(_number(values[1]))), ROUND_HALF_UP))
        assert name == "IF", name
        return values[1] if values[0] else values[2]

    def _over_areas(self, name: str) -> float:
        areas: list[list[Value]] = []
        while not self._take(")"):
            kind, text = self.tokens[self.at]
            assert kind == "ref"
            areas.append(self.book.area(self.sheet, text))
            self.at += 1
            self._take(",")
        if name == "SUM":
            return sum((v for area in areas for v in area if isinstance(v, float)), 0.0)
        where, (wanted,), amounts = areas
        return sum((v for w, v in zip(where, amounts, strict=True) if w == wanted and isinstance(v, float)), 0.0)


def _number(value: Value) -> float:
    """A blank cell counts as zero; text is no number, which matters only in a branch that is not taken."""
    if isinstance(value, str):
        return float("nan")
    return value or 0.0
