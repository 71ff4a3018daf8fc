"""Keys: who may write, read or do anything, and who may reach a server that has no keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from http import HTTPStatus
from ipaddress import ip_address
from typing import Literal, TypeAlias

from penchant.core.errors import InvalidSettings
from penchant.serve.http.problems import Refusal

Scope: TypeAlias = Literal["write", "read", "admin"]
Wanted: TypeAlias = Scope | Literal["any"] | None  # None: open to everybody
SCOPES: tuple[Scope, ...] = ("write", "read", "admin")
SHORTEST = 16  # characters of a secret: what is shorter can be guessed
_BEARER = (("www-authenticate", 'Bearer realm="penchant"'),)
_SECRET = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Key:
    """A named secret with its scope; ``admin`` includes the others."""

    name: str
    scope: Scope
    secret: bytes

    def __repr__(self) -> str:
        return f"Key({self.name!r}, {self.scope!r})"

    def admits(self, wanted: Wanted) -> bool:
        return wanted == "any" or self.scope in (wanted, "admin")


def parse(setting: str) -> tuple[Key, ...]:
    """The keys of the setting ``keys``: ``name:scope:secret``, separated by commas.

    Raises ``InvalidSettings``, which names the entry and never its secret.

    >>> parse("shop:write:0123456789abcdef, board:read:fedcba9876543210")
    (Key('shop', 'write'), Key('board', 'read'))
    """
    entries = [entry.strip() for entry in setting.split(",") if entry.strip()]
    keys = tuple(_key(place, entry) for place, entry in enumerate(entries, 1))
    names = [key.name for key in keys]
    for name in names:
        if names.count(name) > 1:
            raise InvalidSettings("keys", f"the name {name!r} is given to two keys")
    return keys


def _key(place: int, entry: str) -> Key:
    name, _, rest = entry.partition(":")
    scope, _, secret = rest.partition(":")
    if not name or not secret:
        raise InvalidSettings("keys", f"entry {place} is not of the form name:scope:secret")
    for known in SCOPES:
        if scope == known:
            break
    else:
        expected = ", ".join(SCOPES)
        raise InvalidSettings("keys", f"entry {place} has no scope; expected one of {expected}")
    if len(secret) < SHORTEST or not _SECRET.fullmatch(secret):
        raise InvalidSettings(
            "keys",
            f"the secret of entry {place} is not made of {SHORTEST} or more visible ASCII "
            "characters; make one with: openssl rand -hex 16",
        )
    return Key(name, known, secret.encode())


class Keyring:
    """Decides whether a request may do what it asks for."""

    def __init__(self, keys: tuple[Key, ...]) -> None:
        self.keys = keys

    def check(self, headers: Mapping[bytes, bytes], server: str, wanted: Wanted) -> None:
        """Raise ``Refusal`` unless the request comes with a key of the wanted scope.

        Without keys only this machine is served, under its own names: a page in somebody's browser
        could otherwise reach it under another name that resolves here.
        """
        if not self.keys:
            if not (is_loopback(server) and is_loopback(_host(headers))):
                raise Refusal(
                    HTTPStatus.FORBIDDEN,
                    "without keys only this machine is served, as 127.0.0.1 or localhost; "
                    "configure the setting 'keys'",
                )
        elif wanted is not None and not self._holder(headers).admits(wanted):
            raise Refusal(HTTPStatus.FORBIDDEN, f"the key has no scope {wanted!r}", headers=_BEARER)

    def _holder(self, headers: Mapping[bytes, bytes]) -> Key:
        scheme, _, secret = headers.get(b"authorization", b"").partition(b" ")
        if scheme.lower() != b"bearer" or not secret:
            raise Refusal(
                HTTPStatus.UNAUTHORIZED,
                "no key was sent; send the header Authorization: Bearer SECRET",
                headers=_BEARER,
            )
        secret = secret.strip()
        holder: Key | None = None
        for key in self.keys:  # all of them: the time taken says nothing about where it matched
            if compare_digest(key.secret, secret):
                holder = key
        if holder is None:
            raise Refusal(HTTPStatus.UNAUTHORIZED, "the key is not known here", headers=_BEARER)
        return holder


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine and nothing else.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("0.0.0.0"), is_loopback("a.org")
    (True, True, False, False)
    """
    if host == "127.0.0.1" or host.lower().rstrip(".") == "localhost" or host.startswith("/"):
        return True  # a path is a socket in the file system
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _host(headers: Mapping[bytes, bytes]) -> str:
    """The name under which the server was reached, without its port."""
    host = headers.get(b"host", b"127.0.0.1").decode("latin-1")
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]
