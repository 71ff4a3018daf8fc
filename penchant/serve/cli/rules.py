"""Rules: a filter of items as it is typed behind ``--where``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from penchant.core.errors import InvalidArgument

_RULE = re.compile(r"([^=<>]+)(<=|>=|=)(.+)", re.DOTALL)


def where_of(rules: Sequence[str]) -> dict[str, Any] | None:
    """``category=run``, ``tags=a|b``, ``price<=5``, ``price>=2`` as a ``where`` filter.

    Raises ``InvalidArgument`` for what is no rule, and for one that would take another's place.
    """
    found: dict[str, Any] = {}
    for rule in rules:
        parts = _RULE.fullmatch(rule)
        if parts is None:
            raise InvalidArgument(
                "where", f"{rule!r} is no rule; expected FIELD=VALUE|VALUE, FIELD<=5 or FIELD>=5"
            )
        name, sign, value = parts.groups()
        known = found.get(name, {})
        if name in found and isinstance(known, dict) == (sign == "="):
            raise InvalidArgument("where", f"{name!r} is given a value and a border; give one")
        if sign == "=":
            if name in found:
                raise InvalidArgument("where", f"{name!r} is given twice; {name}=A|B is either")
            values = value.split("|")
            found[name] = values[0] if len(values) == 1 else values
        else:
            border = "max" if sign == "<=" else "min"
            if border in known:
                raise InvalidArgument("where", f"{name}{sign} is given twice; give one")
            found[name] = {**known, border: _number(name, value)}
    return found or None


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidArgument(f"where.{name}", f"expected a number, got {text!r}") from None
