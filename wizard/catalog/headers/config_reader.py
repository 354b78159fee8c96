"""Typed reading of a ``config.json``: numbers under their several names, each checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wizard.errors import InputError

_LARGEST = 10**9
"""No size in a config (vocabulary, context, hidden size, layers) is larger; a larger one is a damaged file."""


@dataclass(frozen=True, slots=True)
class Config:
    """One (nested) object of a config file; ``where`` is the file, for messages."""

    values: Mapping[str, object]
    where: str

    def integer(self, *names: str) -> int | None:
        """Return the first of these keys that is set, as a non-negative integer."""
        for name in names:
            value = self.values.get(name)
            if isinstance(value, list) and value and all(entry == value[0] for entry in value):
                # Gemma 3n gives one width per layer.
                value = value[0]
            if value is None:
                continue
            whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
            if isinstance(value, bool) or not whole or not isinstance(value, (int, float)):
                raise self._fault("{key} must be a whole number, not {value}", name, value)
            if not 0 <= value <= _LARGEST:
                raise self._fault("{key} is {value}, which no model has", name, value)
            return int(value)
        return None

    def required(self, *names: str, most: int = _LARGEST) -> int:
        """Return the first of these keys that is set; it must be a positive integer of at most ``most``."""
        value = self.integer(*names)
        if value and value > most:
            raise self._fault("{key} is {value}, which no model has", names[0], value)
        if not value:
            raise InputError(
                "{key} is missing", where=self.where, mend="Take the config.json that lies beside the weights.",
                key=" / ".join(names),
            )
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """Return a yes/no key."""
        value = self.values.get(name)
        return default if value is None else bool(value)

    def text(self, *names: str) -> str:
        """Return the first of these keys that holds a text."""
        return next((v for v in (self.values.get(n) for n in names) if isinstance(v, str)), "")

    def sequence(self, *names: str) -> Sequence[object]:
        """Return the first of these keys that holds a list; empty if none does."""
        return next((v for v in (self.values.get(n) for n in names) if isinstance(v, list)), [])

    def integers(self, name: str) -> list[int]:
        """Return a list of non-negative integers; empty if there is none."""
        return [Config({name: value}, self.where).integer(name) or 0 for value in self.sequence(name)]

    def nested(self, *names: str) -> Config:
        """Return the first of these keys that holds an object; an empty one if none does."""
        found = next((v for v in (self.values.get(n) for n in names) if isinstance(v, dict)), {})
        return Config(found, self.where)

    def _fault(self, what: str, key: str, value: object) -> InputError:
        return InputError(
            what, where=self.where, mend="Take the config.json that lies beside the weights.", key=key,
            value=str(value)[:60],
        )
