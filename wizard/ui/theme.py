"""Colours, sizes and type of the window, all in this file. Palettes are explicit: Qt finds no scheme on many desktops.

Words stand 4.5:1 and more on every ground that they are written on (tests/ui/test_contrast.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from PySide6.QtCore import QDir
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette

from wizard.paths import resource

ThemeName = Literal["system", "light", "dark"]

GRID = 8
CORNER = 10
BODY = 13
TITLE = 21
HEAD = 13
CAPTION = 12

SERIES: Mapping[str, str] = MappingProxyType(
    {
        "weights": "#0072b2",
        "kv_cache": "#e69f00",
        "activations": "#009e73",
        "overhead": "#cc79a7",
        "gradients": "#56b4e9",
        "optimizer": "#d55e00",
    }
)
"""Series colours that colour-blind eyes tell apart (Okabe and Ito)."""

MONEY_SERIES = ("capex", "energy", "support", "space", "staff", "cloud", "subscriptions", "refresh")
MONEY_COLOURS: Mapping[str, str] = MappingProxyType(
    dict(
        zip(
            MONEY_SERIES,
            ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b3a70e", "#8c8c8c"),
            strict=True,
        )
    )
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme as ``#rrggbb``."""

    name: Literal["light", "dark"]
    background: str
    pane: str
    hairline: str
    text: str
    secondary: str
    accent: str
    accent_hover: str
    on_accent: str
    accent_soft: str
    good: str
    good_soft: str
    warning: str
    warning_soft: str
    bad: str
    bad_soft: str
    track: str
    band: str
    dot: str

    def colour(self, role: str) -> QColor:
        """Return a token as a colour."""
        return QColor(str(getattr(self, role)))


LIGHT = Tokens(
    name="light",
    background="#ffffff",
    pane="#f5f7fa",
    hairline="#dde3ea",
    text="#17202c",
    secondary="#5a6675",
    accent="#1a65da",
    accent_hover="#1557bd",
    on_accent="#ffffff",
    accent_soft="#e8f0fe",
    good="#197846",
    good_soft="#e4f4ea",
    warning="#9a5b00",
    warning_soft="#fdf1dc",
    bad="#b42318",
    bad_soft="#fdeceb",
    track="#e8ecf1",
    band="#9fcbb3",
    dot="#b4bcc6",
)
DARK = Tokens(
    name="dark",
    background="#15191f",
    pane="#1b2028",
    hairline="#303844",
    text="#e8edf3",
    secondary="#9aa7b6",
    accent="#5b9bff",
    accent_hover="#7aaeff",
    on_accent="#0d1420",
    accent_soft="#1e2c44",
    good="#4fc38a",
    good_soft="#16301f",
    warning="#e0a64a",
    warning_soft="#38280f",
    bad="#ff7b72",
    bad_soft="#3d1a19",
    track="#2a313b",
    band="#2a6145",
    dot="#566170",
)


def tokens_for(choice: ThemeName) -> Tokens:
    """Return the tokens of a theme; ``system`` asks the desktop and falls back to light."""
    if choice == "system":
        from PySide6.QtCore import Qt
        from PySide6.QtGui import QGuiApplication

        hints = QGuiApplication.styleHints()
        return DARK if hints is not None and hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT
    return DARK if choice == "dark" else LIGHT


def load_fonts() -> str:
    """Register the bundled fonts and return the family to use (empty: the desktop's own)."""
    families: list[str] = []
    for path in sorted(resource("fonts").glob("NotoSansSC-*.ttf")):
        number = QFontDatabase.addApplicationFont(str(path))
        families += QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    return families[0] if families else ""


def font(size: float = BODY, *, bold: bool = False, family: str = "") -> QFont:
    """Return the window's font in pixels."""
    made = QFont(family) if family else QFont()
    made.setPixelSize(round(size))
    made.setBold(bold)
    return made


def palette(t: Tokens) -> QPalette:
    """Return an explicit palette over Fusion."""
    made = QPalette()
    roles = {
        QPalette.ColorRole.Window: t.background,
        QPalette.ColorRole.WindowText: t.text,
        QPalette.ColorRole.Base: t.background,
        QPalette.ColorRole.AlternateBase: t.pane,
        QPalette.ColorRole.Text: t.text,
        QPalette.ColorRole.Button: t.background,
        QPalette.ColorRole.ButtonText: t.text,
        QPalette.ColorRole.BrightText: t.bad,
        QPalette.ColorRole.Highlight: t.accent,
        QPalette.ColorRole.HighlightedText: t.on_accent,
        QPalette.ColorRole.Link: t.accent,
        QPalette.ColorRole.LinkVisited: t.accent,
        QPalette.ColorRole.ToolTipBase: t.pane,
        QPalette.ColorRole.ToolTipText: t.text,
        QPalette.ColorRole.PlaceholderText: t.secondary,
        QPalette.ColorRole.Mid: t.hairline,
        QPalette.ColorRole.Light: t.pane,
        QPalette.ColorRole.Midlight: t.hairline,
        QPalette.ColorRole.Dark: t.hairline,
        QPalette.ColorRole.Shadow: t.hairline,
        QPalette.ColorRole.Accent: t.accent,
    }
    for role, colour in roles.items():
        made.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(t.secondary))
    return made


def stylesheet(t: Tokens) -> str:
    """Return the window's style sheet; ``role`` properties name what a widget is."""
    values = {name: getattr(t, name) for name in Tokens.__slots__}
    values |= {"body": BODY, "title": TITLE, "head": HEAD, "caption": CAPTION, "corner": CORNER}
    # A search path, because a style sheet cannot hold the path of every folder that people install to.
    QDir.setSearchPaths("icons", [str(resource("icons"))])
    values["tick"] = f"icons:tick-{t.name}.svg"
    values["chevron"] = f"icons:down-{t.name}.svg"
    text = resource("icons", "window.qss").read_text(encoding="utf-8")
    for name, value in sorted(values.items(), key=lambda item: -len(item[0])):
        text = text.replace(f"@{name}", str(value))
    return text
