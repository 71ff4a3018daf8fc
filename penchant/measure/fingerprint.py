"""Fingerprints: messages that differ in numbers, paths and names alone are one error.

Why masks and not templates that are learned: docs/design/017-fingerprints.md.
"""

from __future__ import annotations

import re
from hashlib import blake2b

VERSION = 1  # grows whenever the same message would come into another group
LONGEST = 80  # characters kept of a template
READ = 4 * LONGEST  # characters of a message that are looked at
_MASKS = re.compile(
    r"""
    (?P<url>\b[a-z][a-z0-9+.-]*://[^\s'"<>)\]]+)
    | (?P<text>"[^"]*" | `[^`]*` | (?<!\w)'[^']*'(?!\w))
    | (?P<time>\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?)
    | (?P<hex>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b | \b0x[0-9a-f]+\b
        | \b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,}\b)
    | (?P<path>(?<![\w<])(?:~|\.{1,2}|[a-z]:)?(?:[/\\][\w.@%+~-]+)+[/\\]?)
    | (?P<number>(?<![a-z_\d])\d+(?:[.,:]\d+)*)
    """,
    re.VERBOSE | re.IGNORECASE,
)


def template(message: str) -> str:
    """What a message shares with others of its sort, in one line of at most 80 characters.

    Addresses, quoted parts, times, hexadecimal names, paths and numbers become ``<url>``, ``<text>``,
    ``<time>``, ``<hex>``, ``<path>`` and ``<number>``. Empty for a message of blanks. What lies beyond the
    first 320 characters is not looked at.

    >>> template("Traceback:\\n  no such table 'orders_7' at line 12 of /tmp/x.sql")
    'Traceback: no such table <text> at line <number> of <path>'
    """
    line = " ".join(message[:READ].split())
    return _MASKS.sub(_mask, line)[:LONGEST].rstrip()


def fingerprint(message: str) -> str:
    """A short name of a message's template, the same everywhere: version, hyphen, 12 hexadecimal digits.

    >>> fingerprint("timeout after 30 s") == fingerprint("timeout after 7 s")
    True
    >>> fingerprint("timeout after 30 s")[:2]
    '1-'
    """
    return named(template(message))


def named(template: str) -> str:
    """The fingerprint of the messages with that template."""
    return f"{VERSION}-{blake2b(template.encode(), digest_size=6).hexdigest()}"


def _mask(found: re.Match[str]) -> str:
    return f"<{found.lastgroup}>"
