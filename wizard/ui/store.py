"""Projects, recovery and settings on disk: small JSON files, written whole or not at all. No Qt."""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from wizard.errors import InputError, OutputError
from wizard.i18n import LANGUAGES, mark
from wizard.money import CURRENCIES
from wizard.needs.files import load_needs
from wizard.needs.needs import Needs, Seller
from wizard.units import USUAL, Units

SUFFIX = ".rackwright"
RECENT = 8
BOOKS = 20
NOBODY = Seller()
_UNITS = TypeAdapter(Units)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the window remembers between runs.

    Attributes:
        price_books: files of own figures that every new plan begins with.
        seller: who quotes, on papers whose project names nobody else.
        units: what figures on the screen are shown in; papers and files keep theirs.
    """

    language: str = ""
    theme: str = "system"
    currency: str = "USD"
    country: str = "US"
    recent: tuple[str, ...] = ()
    price_books: tuple[str, ...] = ()
    seller: Seller = NOBODY
    units: Units = USUAL
    geometry: tuple[int, ...] = field(default=())

    def with_recent(self, path: Path) -> Settings:
        """Return settings with ``path`` first among the recent files."""
        name = str(path.resolve())
        return replace(self, recent=(name, *(r for r in self.recent if r != name))[:RECENT])


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a crash leaves the old or the new text, never half of one.

    Raises:
        OutputError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as f:
                f.write(text)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as e:
        raise OutputError(mark("cannot write the file: {why}"), where=str(path), why=e.strerror or str(e)) from e


def needs_text(needs: Needs) -> str:
    """Return the needs as the JSON of a project file."""
    return json.dumps(needs.model_dump(mode="json", by_alias=True), ensure_ascii=False, indent=2) + "\n"


class Store:
    """The folder where the window keeps its settings and the last answers.

    Args:
        folder: where to keep them; the user's configuration folder if not given.
    """

    def __init__(self, folder: Path | None = None) -> None:
        if folder is None:
            from platformdirs import user_config_path

            folder = user_config_path("rackwright", appauthor=False)
        self.folder = folder

    @property
    def _settings(self) -> Path:
        return self.folder / "settings.json"

    @property
    def _recovery(self) -> Path:
        return self.folder / "last-answers.json"

    def settings(self) -> Settings:
        """Return the settings; what cannot be understood is left at its default."""
        try:
            data = json.loads(self._settings.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return Settings()
        return _settings_of(data) if isinstance(data, dict) else Settings()

    def keep_settings(self, settings: Settings) -> None:
        """Write the settings; a disk that refuses must not stop the user."""
        with contextlib.suppress(OutputError):
            data = asdict(settings) | {"seller": settings.seller.model_dump(mode="json")}
            write_whole(self._settings, json.dumps(data, ensure_ascii=False, indent=2))

    def autosave(self, needs: Needs) -> bool:
        """Keep the answers for the next start; returns whether the disk took them."""
        try:
            write_whole(self._recovery, needs_text(needs))
        except OutputError:
            return False
        return True

    def recovered(self) -> Needs | None:
        """Return the answers of the last run, if any can be read; what a killed run left half written is swept."""
        for half in self.folder.glob(f"{self._recovery.name}*.part"):
            with contextlib.suppress(OSError):
                half.unlink()
        if not self._recovery.is_file():
            return None
        try:
            return load_needs(self._recovery)
        except InputError:
            return None

    def forget(self) -> None:
        """Drop the kept answers."""
        with contextlib.suppress(OSError):
            self._recovery.unlink(missing_ok=True)


def _settings_of(data: dict[str, Any]) -> Settings:
    geometry, country = data.get("geometry"), data.get("country")
    return Settings(
        language=data["language"] if data.get("language") in LANGUAGES else "",
        theme=data["theme"] if data.get("theme") in ("system", "light", "dark") else "system",
        currency=data["currency"] if data.get("currency") in CURRENCIES else "USD",
        country=country if isinstance(country, str) and re.fullmatch("[A-Z]{2}", country) else "US",
        recent=_texts(data.get("recent"), RECENT),
        price_books=_texts(data.get("price_books"), BOOKS),
        seller=_seller(data.get("seller")),
        units=_units(data.get("units")),
        geometry=tuple(geometry)
        if isinstance(geometry, list)
        and len(geometry) == 4
        and all(isinstance(n, int) and abs(n) < 100_000 for n in geometry)
        else (),
    )


def _texts(found: object, most: int) -> tuple[str, ...]:
    return tuple(str(text) for text in found[:most]) if isinstance(found, list) else ()


def _units(found: object) -> Units:
    try:
        return _UNITS.validate_python(found)
    except ValidationError:
        return USUAL


def _seller(found: object) -> Seller:
    try:
        return Seller.model_validate(found)
    except ValidationError:
        return NOBODY
