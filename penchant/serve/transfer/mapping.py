"""Mapping: which columns of a source become which fields of an event or an item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias

import msgspec

from penchant.core import instant
from penchant.core.errors import InvalidArgument
from penchant.core.forms import EVENT_ALIASES, ITEM_ALIASES, EventForm, ItemForm
from penchant.core.suggestion import closest
from penchant.serve.transfer.numerals import plain_number
from penchant.serve.transfer.plan import MAPS, UNITS, Change, Plan, parse

Fields: TypeAlias = dict[str, Any]

_IDENTIFIERS = frozenset({"user", "kind", "id", "item", "session", "request", "category"})
_TIMES = frozenset({"at", "starts_at", "added"})
_NUMBERS = frozenset({"value", "duration_ms", "price"})
_PLACES = frozenset({"lat", "lon"})  # numbers inside ``location``
_PLANS = 1_000  # different sets of columns remembered


class Refused(Exception):
    """A value cannot become the field; not seen outside an import."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Step:
    """One column on its way: where from, what is done to it, where to."""

    target: str
    inside: str | None
    column: str
    path: tuple[str, ...]
    changes: tuple[Change, ...]


class Mapper:
    """Turns rows into the fields of a form. Columns are looked at once for each set of them."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._form = ItemForm if plan.items else EventForm
        self._own = "attributes" if plan.items else "data"
        aliases = ITEM_ALIASES if plan.items else EVENT_ALIASES
        self._known: dict[str, tuple[int, str]] = {}
        for target in self._form.__struct_fields__:
            for rank, name in enumerate((target, *aliases.get(target, ()))):
                self._known.setdefault(_plain(name), (rank, target))
        self._plans: dict[tuple[str, ...], tuple[list[_Step], tuple[str, ...]]] = {}
        self.unmapped: dict[str, None] = {}
        self.mapped: dict[str, str] = {}

    def fields(self, row: Fields) -> Fields:
        """The fields a row gives to its form, empty ones left out. Raises ``Refused``."""
        key = tuple(row)
        known = self._plans.get(key)
        steps, rest = self._compiled(key) if known is None else known
        out: Fields = dict(self._plan.constants)
        for step in steps:
            value = row.get(step.column) if not step.path else _inside(row, step.path)
            if value is None or value == "":
                continue
            for change in step.changes:
                value = change(value)
            if value is None:
                continue
            if step.inside is None:
                out[step.target] = value
            else:
                out.setdefault(step.target, {})[step.inside] = value
        own = {name: row[name] for name in rest if row[name] not in (None, "")}
        if own:
            out.setdefault(self._own, {}).update(own)
        return out

    def check(self, columns: Sequence[str], nested: bool) -> None:
        """Raise ``InvalidArgument`` where the map names no column, or a required field has none.

        ``nested`` sources may have further columns in later rows and maps inside columns.
        """
        for target, expression in self._plan.columns.items():
            column, _ = parse(expression)
            if column in columns or (nested and column.split(".", 1)[0] in columns):
                continue
            raise InvalidArgument(
                "map",
                f"{target}={expression}: there is no column {column!r}{closest(column, columns)}; "
                f"there are {_listed(columns)}",
            )
        steps, _ = self._compiled(tuple(columns))
        found = {step.target for step in steps} | self._plan.constants.keys()
        for target in ("id",) if self._plan.items else ("user", "kind"):
            if target not in found:
                way = "" if self._plan.items else f" or give it once with --{target} NAME"
                raise InvalidArgument(
                    "map",
                    f"no column for {target!r}; name it with --map {target}=COLUMN{way}. "
                    f"There are {_listed(columns)}",
                )
        self._plans.clear()
        self.unmapped.clear()
        self.mapped.clear()

    def _compiled(self, columns: tuple[str, ...]) -> tuple[list[_Step], tuple[str, ...]]:
        chosen = self._chosen(columns)
        steps = [self._step(target, expression) for target, expression in chosen.items()]
        used = {name for step in steps for name in (step.column, ".".join(step.path))}
        rest = tuple(column for column in columns if column not in used)
        self.mapped.update(chosen)
        if self._plan.keep_rest:
            self.mapped.update({f"{self._own}.{column}": column for column in rest})
        else:
            self.unmapped.update(dict.fromkeys(rest))
        if len(self._plans) >= _PLANS:
            self._plans.clear()
        compiled = steps, rest if self._plan.keep_rest else ()
        self._plans[columns] = compiled
        return compiled

    def _chosen(self, columns: tuple[str, ...]) -> dict[str, str]:
        """Field -> column: as told, then as the format says, then by known names."""
        told = {
            target: expression
            for target, expression in self._plan.columns.items()
            if parse(expression)[0].split(".", 1)[0] in columns or parse(expression)[0] in columns
        }
        taken = {parse(expression)[0] for expression in told.values()}
        closed = self._plan.columns.keys() | self._plan.constants.keys()
        for target, expression in self._plan.defaults.items():
            if target not in closed and parse(expression)[0] in columns:
                told[target] = expression
                taken.add(parse(expression)[0])
        if self._plan.defaults:  # the format says what its columns are: nothing to guess
            return told
        guesses: dict[str, tuple[int, str]] = {}
        for column in columns:
            rank, target = self._known.get(_plain(column), (0, ""))
            free = column not in taken and target not in closed and target not in told
            if target and free and (target not in guesses or rank < guesses[target][0]):
                guesses[target] = rank, column
        return told | {target: column for target, (_, column) in guesses.items()}

    def _step(self, target: str, expression: str) -> _Step:
        column, function = parse(expression)
        head, _, inside = target.partition(".")
        parts = tuple(column.split(".")) if "." in column else ()
        changes: list[Change] = []
        if function is not None:
            changes.append(partial(_called, target, function))
        if separator := self._plan.split.get(target):
            changes.append(lambda value: _split(value, separator))
        elif self._plan.decimal and (head in _NUMBERS or inside in _PLACES):
            changes.append(partial(plain_number, self._plan.decimal))
        elif not inside and (change := self._change(head)):
            changes.append(change)
        return _Step(head, inside or None, parts[0] if parts else column, parts, tuple(changes))

    def _change(self, target: str) -> Change | None:
        if target in _IDENTIFIERS:
            return _name
        if target == "tags":
            return _tags
        if target in MAPS:
            return lambda value: _map(target, value)
        if target in _TIMES and (self._plan.time_format or self._plan.time_unit):
            return lambda value: self._time(target, value)
        return None

    def _time(self, target: str, value: Any) -> datetime:
        shown = repr(value)[:60]
        if isinstance(value, datetime):
            return value
        if self._plan.time_unit is not None:
            try:
                scaled = _scaled(value, self._plan.time_unit)
                return instant.moment(scaled)
            except (TypeError, ValueError, OverflowError):
                raise Refused(
                    target, f"expected a number of {self._plan.time_unit} since 1970, got {shown}"
                ) from None
        try:
            return datetime.strptime(str(value), self._plan.time_format or "")  # noqa: DTZ007  # placed by the zone
        except ValueError:
            raise Refused(
                target, f"expected a time like {self._plan.time_format!r}, got {shown}"
            ) from None


def _scaled(value: Any, unit: str) -> int:
    if isinstance(value, bool):
        raise TypeError(value)
    try:  # whole numbers stay exact
        number = int(value) if not isinstance(value, float) else value
    except ValueError:
        number = float(value)
    if isinstance(number, int):
        return number // 1_000 if unit == "ns" else number * int(UNITS[unit])
    return round(number * UNITS[unit])


def _plain(name: str) -> str:
    """A name without case and signs: ``User ID`` and ``user_id`` are one."""
    return "".join(sign for sign in name.lower() if sign.isalnum()) or name


def _name(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int | float) else value


def _called(target: str, function: Change, value: Any) -> Any:
    try:
        return function(value)
    except ValueError as error:
        name = getattr(function, "__name__", "the function")
        raise Refused(target, f"{name}() cannot read {value!r:.60}: {error}") from None


def _map(target: str, value: Any) -> Any:
    """A map that a table holds as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        raise Refused(target, f"expected a JSON object, got {value[:60]!r}") from None


def _tags(value: Any) -> Any:
    if isinstance(value, str):
        raise Refused(
            "tags", f"expected a list, got {value[:60]!r}; divide the text with --split tags=|"
        )
    return value


def _split(value: Any, separator: str) -> list[Any]:
    parts = value if isinstance(value, list) else str(value).split(separator)
    stripped = [part.strip() if isinstance(part, str) else part for part in parts]
    return [_name(part) for part in stripped if part != ""]


def _inside(row: Fields, parts: Sequence[str]) -> Any:
    """A value inside maps; a column whose own name has the dots wins."""
    whole = ".".join(parts)
    if whole in row:
        return row[whole]
    value: Any = row
    for part in parts:
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def _listed(columns: Sequence[str]) -> str:
    shown = ", ".join(columns[:20])
    return f"{shown} and {len(columns) - 20} more" if len(columns) > 20 else shown or "none"
