"""Addresses of PostgreSQL databases, and how they are shown: never with their password."""

from __future__ import annotations

import re

SCHEMES = ("postgresql", "postgres")
_NO_PORT = re.compile(r"[^/?\[]*?:(?!\d+(?:[,/?]|$))")  # what stands behind is a password
_WORDS = re.compile(r"\s*(?:host|hostaddr|port|user|password|dbname|service)\s*=", re.IGNORECASE)
_SECRET = re.compile(r"([?&](?:ssl)?password=)[^&]*", re.IGNORECASE)


def is_postgres(place: object) -> bool:
    """Whether the place is the address of a PostgreSQL database.

    >>> is_postgres("postgresql://host/database"), is_postgres("taste")
    (True, False)
    """
    return str(place).partition("://")[0].lower() in SCHEMES and "://" in str(place)


def is_conninfo(place: object) -> bool:
    """Whether it is an address in libpq's other form: as a folder, its name would show a password.

    >>> is_conninfo("host=localhost password=secret"), is_conninfo("taste"), is_conninfo("a/b=c")
    (True, False, False)
    """
    return _WORDS.match(str(place)) is not None


def shown(place: object) -> str:
    """The place as it may be shown: an address loses its password, also a malformed one.

    >>> shown("postgresql://ann:secret@host:5432/taste?sslmode=require&password=secret")
    'postgresql://ann@host:5432/taste?sslmode=require&password=...'
    >>> shown("postgresql://ann:a/b@c@host/taste"), shown("postgresql://ann:secret"), shown("taste")
    ('postgresql://ann@host/taste', 'postgresql://ann', 'taste')
    """
    scheme, separator, rest = str(place).partition("://")
    if not separator:
        return str(place)
    account, at, where = rest.rpartition("@")
    if at:
        account = account.partition(":")[0].partition("?")[0]
    elif _NO_PORT.match(where):
        where = where.partition(":")[0]
    return _SECRET.sub(r"\1...", f"{scheme}://{account}{at}{where}")
