"""Kinds: which sorts of events there are, and how strong a signal each is."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from hashlib import blake2b
from typing import Any

from penchant.core.errors import InvalidArgument, InvalidSettings
from penchant.core.names import KIND_LONGEST, check_name
from penchant.core.suggestion import closest

UNDECLARED_WEIGHT = 0.1  # CONTRACT S2-34: the signal of whatever has no entry of its own
LIKED, DISLIKED = 0.9, 0.5  # CONTRACT X-23: the strongest signals a rating can give
FAR = 1e15  # no scale of ratings reaches so far
TRAITS = "traits"  # the kind of the events that tell what a person is
# Those that tell how a person wants the interface: what they say they want, and what they set.
PREFERENCES, CONFIGURE = "preferences", "configure"
COMMON = "common"
GENERAL = "general"
GROUPS = (
    "interface",
    "consume",
    "positive",
    "negative",
    "query",
    "outcome",
    "slate",
    "system",
    "undeclared",
)
PRIORITIES = ("high", "normal", "low")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One sort of event, as a table of ``kinds.toml`` declares it.

    ``weight`` lies in [-1, 1]. ``scale`` is (worst, best) for kinds whose ``value`` is a rating.
    ``refused`` is the weight of an event with ``success=False``; ``negative`` names the kind of
    an event whose ``value`` is below zero.
    """

    name: str
    weight: float = UNDECLARED_WEIGHT
    group: str = "undeclared"
    priority: str = "normal"
    aliases: tuple[str, ...] = ()
    scale: tuple[float, float] | None = None
    refused: float | None = None
    negative: str | None = None

    @property
    def teaches(self) -> bool:
        """Whether its events say what people do and like, not what they were shown or told."""
        return self.group not in ("slate", "system")

    def signal(self, value: float | None, success: bool | None) -> float:
        """The weight of one event of this kind, in [-1, 1].

        A rating r on a scale becomes (r - middle) / half the scale, clipped to [-1, 1], times 0.9
        above the middle and 0.5 below (CONTRACT X-23). Without a value the kind's own weight
        counts, or ``refused`` where the event says ``success=False``.

        >>> stars = Kind(name="rating", weight=0.9, scale=(1, 5))
        >>> stars.signal(5, None), stars.signal(3, None), stars.signal(1, None)
        (0.9, 0.0, -0.5)
        """
        if self.scale is not None and value is not None:
            worst, best = self.scale
            liking = (value - (worst + best) / 2) / ((best - worst) / 2)
            liking = min(max(liking, -1.0), 1.0)
            return liking * (LIKED if liking > 0 else DISLIKED)
        if success is False and self.refused is not None:
            return self.refused
        return self.weight


@dataclass(frozen=True, slots=True)
class Kinds:
    """The declared kinds of one store; unknown names get the default weight."""

    declared: Mapping[str, Kind]
    _aliases: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kind in self.declared.values():
            for alias in (kind.name, *kind.aliases):
                self._aliases.setdefault(_plain(alias), kind.name)

    def canonical(self, name: str) -> str:
        """The declared name behind an alias or another spelling; an unknown name as it is.

        >>> kinds = Kinds({"add_to_cart": Kind(name="add_to_cart", aliases=("in_basket",))})
        >>> [kinds.canonical(name) for name in ("AddToCart", "In basket", "wave")]
        ['add_to_cart', 'add_to_cart', 'wave']
        """
        if name in self.declared:
            return name
        return self._aliases.get(_plain(name), name)

    def of(self, name: str) -> Kind:
        """The kind of that canonical name; an undeclared one weighs 0.1 (CONTRACT S2-34)."""
        kind = self.declared.get(name)
        return Kind(name=name) if kind is None else kind

    def undeclared(self, name: str) -> str:
        """Why ``name`` is not declared, with the closest name that is."""
        return f"kind {name!r} is not declared{closest(name, self._names())}"

    def _names(self) -> list[str]:
        return [name for kind in self.declared.values() for name in (kind.name, *kind.aliases)]

    def fingerprint(self) -> str:
        """Changes whenever a weight does: states folded under other weights are not comparable."""
        text = repr(sorted((kind.name, _meaning(kind)) for kind in self.declared.values()))
        return blake2b(text.encode(), digest_size=8).hexdigest()


_SIGNS = str.maketrans("", "", " _-")


def _plain(name: str) -> str:
    """A name without what spellings differ in: case, blanks, underscores, hyphens."""
    return name.lower().translate(_SIGNS)


def _meaning(kind: Kind) -> tuple[object, ...]:
    return kind.weight, kind.group, kind.scale, kind.refused


Tables = Mapping[str, Mapping[str, Kind]]


def parse(text: str, source: str) -> Tables:
    """The presets of a ``kinds.toml``: preset -> name -> kind.

    Raises :class:`InvalidSettings` naming ``source``, the kind and the field at fault.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidSettings(source, f"not valid TOML: {error}") from None
    return {
        preset: {
            name: _kind(f"{source}: [{preset}] {name}", name, entry)
            for name, entry in table.items()
        }
        for preset, table in document.items()
        if _is_table(table, f"{source}: [{preset}]")
    }


def load(tables: Tables, preset: str, own: Tables | None = None) -> Kinds:
    """The kinds of ``preset`` (``general`` is all of them), overridden by a store's ``own`` tables."""
    if preset != GENERAL and (preset not in tables or preset == COMMON):
        known = [GENERAL, *(name for name in tables if name != COMMON)]
        raise InvalidSettings(
            "preset",
            f"{preset!r} is no preset; expected one of {', '.join(known)}{closest(preset, known)}",
        )
    chosen = (
        tables if preset == GENERAL else {preset: tables[preset], COMMON: tables.get(COMMON, {})}
    )
    declared: dict[str, Kind] = {}
    for table in chosen.values():
        for name, kind in table.items():
            declared.setdefault(name, kind)
    for table in (own or {}).values():
        declared.update(table)
    return Kinds(declared)


def _is_table(value: object, where: str) -> bool:
    if not isinstance(value, dict) or not all(isinstance(entry, dict) for entry in value.values()):
        raise InvalidSettings(where, "expected a table of kinds, each like { weight = 0.3 }")
    return True


_FIELDS = {name.name for name in fields(Kind)} - {"name"}


def _kind(where: str, name: str, entry: Mapping[str, Any]) -> Kind:
    _check_name(where, name)
    for key in entry:
        if key not in _FIELDS:
            raise InvalidSettings(where, f"unknown key {key!r}{closest(key, _FIELDS)}")
    options = dict(entry)
    if "aliases" in options:
        options["aliases"] = _names(where, options["aliases"])
    if "negative" in options:
        _check_name(where, options["negative"])
    if "scale" in options:
        options["scale"] = _scale(where, options["scale"])
    for key in ("weight", "refused"):
        if key in options:
            options[key] = _weight(where, key, options[key])
    kind = Kind(name=name, **options)
    for key, allowed in (("group", GROUPS), ("priority", PRIORITIES)):
        if getattr(kind, key) not in allowed:
            raise InvalidSettings(
                where,
                f"{key} {getattr(kind, key)!r} is unknown; expected one of {', '.join(allowed)}",
            )
    return kind


def _weight(where: str, key: str, weight: object) -> float:
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not -1 <= weight <= 1:
        raise InvalidSettings(where, f"{key} {weight!r} is no number from -1 to 1")
    return float(weight)


def _check_name(where: str, name: object) -> None:
    """A kind is called as an event may call it: a name that none could carry came from nowhere."""
    try:
        check_name("kind", name, KIND_LONGEST)
    except InvalidArgument as error:
        raise InvalidSettings(where, f"{name!r:.60} is no name of a kind: {error.reason}") from None


def _names(where: str, aliases: object) -> tuple[str, ...]:
    if not isinstance(aliases, list) or not all(isinstance(name, str) for name in aliases):
        raise InvalidSettings(where, f"aliases {aliases!r} is no list of names, such as ['buy']")
    return tuple(aliases)


def _scale(where: str, scale: object) -> tuple[float, float]:
    match scale:
        case [int() | float() as worst, int() | float() as best] if -FAR < worst < best < FAR:
            if bool not in (type(worst), type(best)):
                return float(worst), float(best)
    raise InvalidSettings(where, f"scale {scale!r} is not [worst, best], such as [1, 5]")
