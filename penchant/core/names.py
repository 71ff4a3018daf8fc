"""Names: what a user, an item, a session or a kind may be called."""

from __future__ import annotations

from penchant.core.errors import InvalidArgument, InvalidInput

LONGEST, KIND_LONGEST = 255, 64  # characters
HALF = "contains half of a surrogate pair; send valid Unicode"


def check_name(field: str, name: object, longest: int = LONGEST) -> str:
    """The name that an argument gives. Raises ``InvalidArgument`` for what no event could carry.

    >>> check_name("user", "ann")
    'ann'
    """
    if not isinstance(name, str) or not 1 <= len(name) <= longest:
        got = f"{len(name)} characters" if isinstance(name, str) else repr(name)[:60]
        raise InvalidArgument(field, f"expected text of 1 to {longest} characters, got {got}")
    check_characters(field, name, InvalidArgument)
    return name


def check_characters(field: str, text: str, error: type[InvalidInput]) -> None:
    """Refuse NUL, which databases do not store, and halves of characters, which UTF-8 has not."""
    if "\0" in text:
        raise error(field, "contains the character NUL, which no store keeps")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise error(field, HALF) from None
