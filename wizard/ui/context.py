"""What every page is given: the session, the colours, and the words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wizard.i18n import Translator
from wizard.ui.drafting import Drafter
from wizard.ui.exporting import Exporter
from wizard.ui.session import Session
from wizard.ui.store import Settings
from wizard.ui.theme import Tokens


@dataclass(frozen=True, slots=True)
class Context:
    """Handed down to pages and widgets; a new one is made when language or theme change.

    Attributes:
        recent: files opened lately, the latest first.
        open_dialog: asks for a file and opens it.
        open_path: opens a file.
        settings: what the user set for every plan, as it is now.
        explain: shows where a figure comes from, by the code of its estimate.
    """

    session: Session
    tokens: Tokens
    tr: Translator
    exporter: Exporter
    drafter: Drafter
    recent: tuple[str, ...]
    open_dialog: Callable[[], None]
    open_path: Callable[[Path], object]
    explain: Callable[[str], None]
    settings: Callable[[], Settings]

    def t(self, msgid: str, /, **fields: object) -> str:
        """Translate."""
        return self.tr.format(msgid, fields)
