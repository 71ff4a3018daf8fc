"""The closest known name, for errors that offer a way out."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def closest(name: str, known: Iterable[str]) -> str:
    """``"; closest is 'click'"`` for a name that nearly matches one of ``known``, else empty.

    >>> closest("clik", ["click", "view"])
    "; closest is 'click'"
    >>> closest("xyz", ["click"])
    ''
    """
    matches = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; closest is {matches[0]!r}" if matches else ""
