"""Scrubbing: what looks like a person or a secret is taken out of texts before they are kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Scrub = Callable[[str], str]

# What is looked for, in this order. The word before a secret stays: it says what was there.
# No sight begins anew within a run it has failed on: time is to grow with a text, not with its square.
_SIGHTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[email]"),
    (
        re.compile(
            r"(?i)((?:password|passwd|secret|token|api[_-]?key)[\"']?(?:\s*[=:]\s*|\s+))"
            r"(?!\[)(?:\"[^\"]*\"|'[^']*'|[^\s&,;]+)"
        ),
        r"\1[secret]",
    ),
    (re.compile(r"(?<=://)[^\s/@]+(?=@)"), "[secret]"),
    (re.compile(r"(/home/|/Users/|\\Users\\)[^\s/\\:]+"), r"\1[user]"),
    (re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])"), "[address]"),
    (re.compile(r"(?<![\w-])(?!\d{4}-\d\d-\d\d)\+?\d(?:[ -]?\d){8,}"), "[number]"),
)


def scrubbed(text: str) -> str:
    """The text without what looks like e-mail and IP addresses, passwords, home folders, long numbers.

    It knows signs, not meanings: a name in a sentence stays. Numbers of nine digits and more go,
    as telephones, cards and accounts have them; dates stay.

    >>> scrubbed("mail ann@example.org --password=hunter2 from 10.0.0.7")
    'mail [email] --password=[secret] from [address]'
    """
    for sight, shown in _SIGHTS:
        text = sight.sub(shown, text)
    return text


def without(told: Any, scrub: Scrub) -> Any:
    """A map, a list or a text with all its texts scrubbed; keys and whatever else stay as they are.

    >>> without({"to": ["ann@example.org"], "count": 2}, scrubbed)
    {'to': ['[email]'], 'count': 2}
    """
    if isinstance(told, str):
        return scrub(told)
    if isinstance(told, Mapping):
        return {key: without(value, scrub) for key, value in told.items()}
    if isinstance(told, list | tuple):
        return [without(value, scrub) for value in told]
    return told
