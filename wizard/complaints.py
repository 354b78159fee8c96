"""What pydantic says about a value, as message ids of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from wizard.i18n import Message, mark

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_NUMBER = mark("it is no number")
_WHOLE = mark("it is no whole number")
_DATE = mark("it is no date")
_YES = mark("it is neither yes nor no")
_LIST = mark("it is no list")
_KEYS = mark("it is no group of keys")

PROBLEMS: Mapping[str, str] = {
    "greater_than": mark("it must be more than {gt}"), "greater_than_equal": mark("it must be at least {ge}"),
    "less_than": mark("it must be less than {lt}"), "less_than_equal": mark("it must be at most {le}"),
    "float_parsing": _NUMBER, "float_type": _NUMBER, "decimal_parsing": _NUMBER, "decimal_type": _NUMBER,
    "finite_number": _NUMBER, "int_parsing": _WHOLE, "int_type": _WHOLE, "int_from_float": _WHOLE,
    "int_parsing_size": _WHOLE, "decimal_max_places": mark("it has more than {decimal_places} decimals"),
    "bool_parsing": _YES, "bool_type": _YES, "date_parsing": _DATE, "date_from_datetime_parsing": _DATE,
    "date_type": _DATE, "date_from_datetime_inexact": _DATE, "string_type": mark("it is no text"),
    "string_too_short": mark("it must not be blank"), "string_too_long": mark("it is longer than {max_length} letters"),
    "string_pattern_mismatch": mark("it is not written as it must be here"),
    "literal_error": mark("it must be one of {expected}"), "missing": mark("it must be given"),
    "tuple_type": _LIST, "list_type": _LIST, "dict_type": _KEYS, "model_type": _KEYS,
    "too_long": mark("it has more than {max_length} entries"), "too_short": mark("it has too few entries"),
    "extra_forbidden": mark("there is no such key"),
}


def problem(error: ErrorDetails) -> Message:
    """Return what is wrong with a value; a validator of ours says it itself, as a text or a :class:`Message`."""
    context = error.get("ctx", {})
    said = context.get("error")
    if isinstance(said, ValueError) and said.args:
        text = said.args[0]
        return text if isinstance(text, Message) else Message(str(text)) if "{" not in str(text) else _as_is(str(text))
    msgid = PROBLEMS.get(error["type"])
    if msgid is None:
        return _as_is(error["msg"])
    return Message(msgid, context)


def _as_is(text: str) -> Message:
    return Message("{problem}", {"problem": text})


def shown(value: object) -> str:
    """Return a value as a complaint quotes it: at most 60 letters."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
