"""Amounts in Chinese capital figures (人民币大写), as contracts and receipts in China want them."""

from __future__ import annotations

from decimal import Decimal

from wizard.money import cents

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿", "亿亿")


def rmb_capital(amount: Decimal) -> str:
    """Return an amount of yuan in capital figures, e.g. 人民币壹万零伍拾元叁角整.

    Raises:
        ValueError: the amount needs more than 20 digits before the point.
    """
    rounded = cents(amount)
    yuan, fen = divmod(int(abs(rounded) * 100), 100)
    sign = "负" if rounded < 0 else ""
    if yuan == 0 and fen == 0:
        return "人民币零元整"
    whole = f"{_whole(yuan)}元" if yuan else ""
    return f"人民币{sign}{whole}{_parts(fen, after_yuan=bool(yuan))}"


def _parts(fen: int, *, after_yuan: bool) -> str:
    jiao, rest = divmod(fen, 10)
    if fen == 0:
        return "整"
    text = f"{_DIGITS[jiao]}角" if jiao else "零" if after_yuan else ""
    return text + (f"{_DIGITS[rest]}分" if rest else "整")


def _whole(yuan: int) -> str:
    groups: list[int] = []
    while yuan:
        yuan, group = divmod(yuan, 10_000)
        groups.append(group)
    if len(groups) > len(_GROUPS):
        raise ValueError("amount too large for capital figures")
    text, gap = "", False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if group == 0:
            gap = bool(text)
            continue
        if text and (gap or group < 1000):
            text += "零"
        text += _group(group) + _unit(place, groups)
        gap = False
    return text


def _unit(place: int, groups: list[int]) -> str:
    """The unit of a group; 亿 is said once where 万亿 and 亿 follow each other."""
    if place == 3 and groups[2]:
        return "万"
    return _GROUPS[place]


def _group(value: int) -> str:
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = value // 10**place % 10
        if digit == 0:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return text
