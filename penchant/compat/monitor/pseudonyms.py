"""Pseudonyms: names that say who is the same, but not who it is, to whoever lacks the key."""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
import stat
from pathlib import Path

from penchant.core.errors import InvalidSettings, StoreUnavailable

FILE = "pseudonym.key"  # beside the data
BYTES = 32  # of a key
LENGTH = 16  # hexadecimal digits of a pseudonym: 64 bits


class Pseudonyms:
    """Makes pseudonyms with the key in ``folder``, where the first one makes it, for its owner alone.

    A pseudonym is the first 16 hexadecimal digits of HMAC-SHA-256: without the key nobody can try
    out names. Whoever has it can: this is pseudonymisation, not anonymisation. Once the key is
    deleted nobody can tell any more who was who, and the same user becomes somebody new.

    Raises ``InvalidSettings`` for a key that is none or that others than its owner may read, and
    ``StoreUnavailable`` where it cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self._key = _key(folder / FILE)

    def of(self, user: str) -> str:
        """The pseudonym of a user, always the same one."""
        told = user.encode(errors="surrogatepass")
        return hmac.digest(self._key, told, "sha256").hex()[:LENGTH]


def _key(path: Path) -> bytes:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        if os.name == "posix" and (mode := stat.S_IMODE(path.stat().st_mode)) & 0o077:
            raise InvalidSettings(
                str(path), f"others may use the key (mode {mode:04o}); chmod 600 mends it"
            )
        text = path.read_text("ascii").strip()
    except OSError as error:
        raise StoreUnavailable(
            f"the key {path} cannot be used: {error.strerror}; name a folder of which this "
            "program is the owner"
        ) from None
    except UnicodeDecodeError:
        text = ""
    with contextlib.suppress(ValueError):
        if len(key := bytes.fromhex(text)) == BYTES:
            return key
    raise InvalidSettings(
        str(path),
        f"is no key; expected {2 * BYTES} hexadecimal digits. Put the right file back: with "
        "another key everybody becomes somebody new",
    )


def _make(path: Path) -> None:
    """Make the key, whole or not at all; who comes second takes that of the first."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(part, path)
    finally:
        part.unlink()
