"""Contrast as WCAG 2.2 counts it, from the tokens that every widget is painted with; and nothing moves by itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wizard.ui.theme import DARK, LIGHT, SERIES, Tokens

TEXT, SHAPE = 4.5, 3.0
PAIRS = [
    *(("text", ground) for ground in ("background", "pane", "accent_soft", "track")),
    *(("secondary", ground) for ground in ("background", "pane", "accent_soft", "track")),
    *(("accent", ground) for ground in ("background", "pane", "accent_soft")),
    *((tone, ground) for tone in ("good", "warning", "bad") for ground in ("background", "pane", f"{tone}_soft")),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
]
SHAPES = [("accent", "background"), ("accent", "pane"), ("good", "band"), ("text", "track")]
ROOT = Path(__file__).resolve().parents[2] / "wizard" / "ui"


def luminance(colour: str) -> float:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_gives_the_known_ends() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_words_can_be_read(tokens: Tokens, ink: str, ground: str) -> None:
    assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= TEXT


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), SHAPES)
def test_marks_and_focus_rings_stand_out(tokens: Tokens, ink: str, ground: str) -> None:
    assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= SHAPE


def test_every_pair_of_the_style_sheet_is_tested() -> None:
    sheet = (ROOT.parents[1] / "resources" / "icons" / "window.qss").read_text(encoding="utf-8")
    rules = re.findall(r"\{([^}]*)\}", sheet)
    for rule in rules:
        ink = re.search(r"(?<![-\w])color: @(\w+)", rule)
        ground = re.search(r"background: @(\w+)", rule)
        if ink and ground:
            assert (ink[1], ground[1]) in PAIRS, rule


def test_series_colours_differ_from_their_neighbours() -> None:
    """Parts of a bar are told apart without hue, too: a gap of the background's colour stands between them."""
    assert len(set(SERIES.values())) == len(SERIES)
    source = (ROOT / "charts" / "memory.py").read_text(encoding="utf-8")
    assert 'self.colour("background"))' in source


def test_nothing_moves_by_itself() -> None:
    """No animation anywhere, so that there is nothing to reduce for those who ask for reduced motion."""
    moving = re.compile(r"QPropertyAnimation|QVariantAnimation|QTimeLine|QMovie|setAnimated\(True")
    assert [path.name for path in ROOT.rglob("*.py") if moving.search(path.read_text(encoding="utf-8"))] == []
