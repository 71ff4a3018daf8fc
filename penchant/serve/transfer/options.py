"""Options: what an import may be told, checked and made into what carries it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict
from zoneinfo import ZoneInfo

from penchant.core.errors import InvalidArgument
from penchant.core.instant import zone_named
from penchant.core.suggestion import closest
from penchant.io.formats.row import Options
from penchant.io.system import path_of
from penchant.serve.transfer.importing import Progress
from penchant.serve.transfer.plan import Plan
from penchant.serve.transfer.refusals import beside

_TEXTS = frozenset(
    {"kind", "user", "format", "delimiter", "zone", "time_format", "time_unit", "decimal"}
)
_RULES = frozenset({"map", "columns", "split", "only"})


class ImportOptions(TypedDict, total=False):
    """The options of an import; docs/import.md says what each does."""

    items: bool
    map: str | Mapping[str, str] | Sequence[str] | None
    kind: str | None
    user: str | None
    format: str | None
    delimiter: str | None
    columns: str | Sequence[str] | None
    zone: str | None
    time_format: str | None
    time_unit: str | None
    decimal: str | None
    split: str | Mapping[str, str] | Sequence[str] | None
    only: str | Mapping[str, str | Sequence[str]] | Sequence[str] | None
    keep_rest: bool
    limit: int | None
    refused: str | Path | None
    progress: Progress | None


def check(options: ImportOptions) -> None:
    """Raise ``InvalidArgument`` for a name that is no option, and for a value of another type."""
    for name, value in options.items():
        if name not in ImportOptions.__annotations__:
            near = closest(name, ImportOptions.__annotations__)
            raise InvalidArgument(name, f"no such option{near}; docs/import.md lists them")
        if value is None:
            continue
        if name in _TEXTS and not isinstance(value, str):
            raise InvalidArgument(name, f"expected text, got {value!r:.60}")
        if name in _RULES and not _is_text(value):
            raise InvalidArgument(name, f"expected text, or several texts, got {value!r:.60}")
    limit = options.get("limit")
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise InvalidArgument("limit", f"expected at least 1, got {limit!r:.60}")


def _is_text(value: object) -> bool:
    """Whether it is text, or made of nothing else."""
    if isinstance(value, Mapping):
        return all(map(_is_text, [*value.keys(), *value.values()]))
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str | bytes):
        return all(map(_is_text, value))
    return isinstance(value, str)


def plan_of(options: ImportOptions) -> Plan:
    """How the rows are read. Raises ``InvalidArgument`` for rules that contradict each other."""
    constants = {
        name: value
        for name in ("user", "kind")
        if (value := options.get(name)) is not None and isinstance(value, str)
    }
    zone = options.get("zone")
    return Plan(
        items=options.get("items", False),
        columns=pairs(options.get("map")),
        constants=constants,
        split=separators(options.get("split")),
        zone=None if zone is None else _zone(zone),
        time_format=options.get("time_format"),
        time_unit=options.get("time_unit"),
        decimal=options.get("decimal"),
        keep_rest=options.get("keep_rest", False),
    )


def form_of(options: ImportOptions) -> Options:
    """How the source is divided into rows and columns."""
    told = options.get("columns")
    columns = told.split(",") if isinstance(told, str) else told
    delimiter = _delimiter(options.get("delimiter"))
    return Options(delimiter=delimiter, columns=tuple(columns) if columns else None)


def refused_of(options: ImportOptions, source: str, *, dry_run: bool) -> Path | None:
    """Where refused rows go; ``None`` for nowhere."""
    told = options.get("refused")
    if told is not None:
        return path_of("refused", told)
    return None if dry_run else beside(source)


def _zone(name: str) -> ZoneInfo:
    try:
        return zone_named(name)
    except ValueError as error:
        raise InvalidArgument("zone", str(error)) from None


def _delimiter(text: str | None) -> str | None:
    if text is None:
        return None
    known = {"\\t": "\t", "tab": "\t", "space": " "}
    delimiter = known.get(text, text)
    if not delimiter or set(delimiter) & set('"\r\n'):
        raise InvalidArgument(
            "delimiter", f"{text!r} cannot divide columns; expected such as ',', ';', 'tab', '::'"
        )
    return delimiter


def allowed(
    told: str | Mapping[str, str | Sequence[str]] | Sequence[str] | None,
) -> dict[str, frozenset[str]]:
    """``"action=click|view"`` as the allowed values by column.

    >>> {name: sorted(values) for name, values in allowed("action=click|view").items()}
    {'action': ['click', 'view']}
    """
    if isinstance(told, Mapping):
        return {
            name: frozenset([values] if isinstance(values, str) else values)
            for name, values in told.items()
        }
    found: dict[str, frozenset[str]] = {}
    for text in [told] if isinstance(told, str) else list(told or ()):
        name, equals, values = text.partition("=")
        if not (name and equals and values):
            raise InvalidArgument("only", f"{text!r} is no rule; expected COLUMN=VALUE|VALUE")
        found[name] = frozenset(values.split("|"))
    return found


def pairs(told: str | Mapping[str, str] | Sequence[str] | None) -> dict[str, str]:
    """``"user=client,kind=action"`` as a mapping; a mapping as it is.

    >>> pairs("user=client,kind=action")
    {'user': 'client', 'kind': 'action'}
    """
    if isinstance(told, Mapping):
        return dict(told)
    texts = [told] if isinstance(told, str) else list(told or ())
    found: dict[str, str] = {}
    for pair in ",".join(texts).split(",") if texts else ():
        target, equals, source = pair.partition("=")
        if not (target.strip() and equals and source):
            raise InvalidArgument("map", f"{pair!r} is no pair; expected FIELD=COLUMN,FIELD=COLUMN")
        if target.strip() in found:
            raise InvalidArgument("map", f"names {target.strip()!r} twice")
        found[target.strip()] = source
    return found


def separators(told: str | Mapping[str, str] | Sequence[str] | None) -> dict[str, str]:
    """``"tags=|"`` as a mapping; whatever stands behind the sign divides, a comma too.

    >>> separators("tags=,")
    {'tags': ','}
    """
    if isinstance(told, Mapping):
        return dict(told)
    found: dict[str, str] = {}
    for text in [told] if isinstance(told, str) else list(told or ()):
        target, equals, separator = text.partition("=")
        if not (target.strip() and equals and separator):
            raise InvalidArgument("split", f"{text!r} is no rule; expected FIELD=TEXT")
        found[target.strip()] = separator
    return found
