"""Numerals: numbers as people write them, with a decimal comma and digits in groups."""

from __future__ import annotations

import re
from typing import Any

_GROUPED = {
    ".": re.compile(r"[+-]?(\d{1,3}([, '\u00a0\u202f]\d{3})+|\d+)(\.\d+)?"),
    ",": re.compile(r"[+-]?(\d{1,3}([. '\u00a0\u202f]\d{3})+|\d+)(,\d+)?"),
}


def plain_number(decimal: str, value: Any) -> Any:
    """A number as people write it, ``1.299,00``, as programs do; anything else as it is."""
    if not isinstance(value, str) or not _GROUPED[decimal].fullmatch(value.strip()):
        return value
    whole, _, fraction = value.strip().partition(decimal)
    return re.sub(r"[^\d+-]", "", whole) + (f".{fraction}" if fraction else "")


def has_decimal_comma(value: Any) -> bool:
    """Whether a text is a number once its comma is read as the decimal sign.

    >>> has_decimal_comma("24,90"), has_decimal_comma("24.90"), has_decimal_comma("four")
    (True, False, False)
    """
    return isinstance(value, str) and "," in value and bool(_GROUPED[","].fullmatch(value.strip()))
