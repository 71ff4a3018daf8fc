"""Adapt: which settings of the interface are in force for a person, and why.

What the person chose wins, then what the operator rules, then what people alike surely choose, then the
default. Behaviour decides nothing: nobody has shown that it tells what people want. Why and how:
docs/design/018-interface.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Any

from penchant.core import instant
from penchant.core.instant import Instant
from penchant.core.interface import SETTINGS, Rule
from penchant.state.beta import below, interval
from penchant.state.binomial import tail
from penchant.state.moments import Moments

CALIBRATED, DOCUMENTED = "calibrated", "documented"
WAYS = (CALIBRATED, DOCUMENTED)
PIN, RULE, LEARNED, INFERRED, DEFAULT = "pin", "rule", "learned", "inferred", "default"
MISTAKEN = 0.05  # of the settings that nobody alike prefers, the share that is learned all the same
SURE = 0.95  # weaker signs of behaviour are not told
SHORT, LONG = 1_000.0, 10_000.0  # milliseconds that an interaction takes on average
LEAST = 20  # interactions that told how long they took

Alike = Sequence[tuple[Mapping[str, str], Mapping[str, int]]]


@dataclass(frozen=True, slots=True)
class Weak:
    """What behaviour hints at: ``value``, in words, by so many events, with a probability in [0, 1]."""

    value: str
    reason: str
    evidence: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting in force.

    ``source`` is ``pin``, ``rule``, ``learned``, ``inferred`` or ``default``. ``evidence`` counts what it
    rests on: choices of the person, people alike, or events. ``confidence`` in [0, 1] is 1 for what was said,
    the expected share of people alike that choose it for what was learned, with a 90 % ``interval``, and 0
    for a default. ``since``: when the person chose it. ``weak`` is what behaviour hints at, if anything.
    """

    name: str
    value: str
    source: str
    reason: str
    evidence: int = 0
    confidence: float = 0.0
    interval: tuple[float, float] | None = None
    since: Instant | None = None
    weak: Weak | None = None

    def to_dict(self) -> dict[str, Any]:
        told = asdict(self)
        told["since"] = None if self.since is None else instant.text(self.since)
        told["interval"] = None if self.interval is None else list(self.interval)
        return told


@dataclass(frozen=True, slots=True)
class Interface:
    """The settings in force for ``user``; ``aspects`` are the role, device and tier they rest on."""

    user: str
    aspects: Mapping[str, str]
    settings: tuple[Setting, ...]

    def __getitem__(self, name: str) -> Setting:
        for setting in self.settings:
            if setting.name == name:
                return setting
        raise KeyError(f"no setting is called {name!r}; there are {', '.join(SETTINGS)}")

    @property
    def config(self) -> dict[str, str]:
        """The values in force by name."""
        return {setting.name: setting.value for setting in self.settings}

    def to_dict(self) -> dict[str, Any]:
        return {
            "user": self.user,
            "aspects": dict(self.aspects),
            "settings": {setting.name: setting.to_dict() for setting in self.settings},
            "config": self.config,
        }


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a person: ``pins`` by setting, each a value and since when; how their events are."""

    pins: Mapping[str, tuple[str, Instant]]
    aspects: Mapping[str, str]
    durations: Moments
    expands: int
    collapses: int


def adapt(
    known: Known,
    rules: Sequence[Rule],
    alike: Callable[[str], Alike],
    way: str = CALIBRATED,
) -> tuple[Setting, ...]:
    """Every setting with the value in force.

    ``rules`` are the operator's, the first that applies wins. ``alike`` answers how often each value of a
    setting was chosen, by groups of people, the most alike first. With the way ``documented`` behaviour
    decides where nobody said anything, as CONTRACT S0-12 has it.
    """
    return tuple(_setting(name, known, rules, alike, way) for name in SETTINGS)


def _setting(
    name: str,
    known: Known,
    rules: Sequence[Rule],
    alike: Callable[[str], Alike],
    way: str,
) -> Setting:
    weak = hint(name, known)
    if name in known.pins:
        value, since = known.pins[name]
        return Setting(name, value, PIN, "chosen by the person", 1, 1.0, None, since, weak)
    for rule in rules:
        if name in rule.values and rule.applies(known.aspects):
            reason = f"the rule {str(rule)!r} of the setting interface"
            return Setting(name, rule.values[name], RULE, reason, 0, 1.0, weak=weak)
    if way == DOCUMENTED and weak is not None:
        return Setting(
            name, weak.value, INFERRED, weak.reason, weak.evidence, weak.confidence, weak=weak
        )
    found = learned(name, alike(name)) if way == CALIBRATED else None
    if found is not None:
        value, reason, people, share, reach = found
        return Setting(name, value, LEARNED, reason, people, share, reach, weak=weak)
    reason = "nothing else is known"
    if weak is not None:
        reason = f"the default; weak evidence for {weak.value!r}: {weak.reason}"
    return Setting(name, SETTINGS[name][0], DEFAULT, reason, weak=weak)


def learned(name: str, alike: Alike) -> tuple[str, str, int, float, tuple[float, float]] | None:
    """The value that more than half of the people alike surely choose, and why; ``None`` without one.

    Surely: by the exact binomial test. The groups are asked from the most alike on, each at its part of
    5 %; a value that surely most of a nearer group do not choose is not taken from a wider one. The share
    to be expected is a beta posterior (a Dirichlet's margin) with the weight of one choice, spread evenly
    over the values, before any.
    """
    values = SETTINGS[name]
    refuted: set[str] = set()
    for group, counts in alike:
        people = sum(counts.values())
        if not people:
            continue
        for value in sorted(counts, key=lambda value: -counts[value]):
            level = MISTAKEN / len(alike) / 2  # only two values can be near a half
            if value not in refuted and tail(counts[value], people, 0.5) <= level:
                told = " and ".join(f"{aspect} {alike_as!r}" for aspect, alike_as in group.items())
                reason = f"chosen by {counts[value]} of {people} people of the same {told}"
                a = counts[value] + 1.0 / len(values)
                share, reach = a / (people + 1.0), interval(a, people + 1.0 - a)
                return value, reason, people, share, reach
        for value in values:
            if tail(people - counts.get(value, 0), people, 0.5) <= MISTAKEN:
                refuted.add(value)
    return None


def hint(name: str, known: Known) -> Weak | None:
    """What behaviour hints at, where it does so with more than 95 %: the rule of CONTRACT S0-12.

    Interactions of less than a second on average hint at a compact layout and little animation, of more
    than ten seconds at a spacious layout; more expanding than collapsing hints at a high density, less at a
    low one.
    """
    if name == "density":
        return _opened(known.expands, known.collapses)
    count = known.durations.count
    if count < LEAST:
        return None
    quick = _below(known.durations, SHORT)
    if quick > SURE:
        value = "compact" if name == "layout" else "minimal"
        return Weak(value, f"interactions take less than {SHORT:g} ms on average", count, quick)
    slow = 1.0 - _below(known.durations, LONG)
    if name == "layout" and slow > SURE:
        reason = f"interactions take more than {LONG:g} ms on average"
        return Weak("spacious", reason, count, slow)
    return None


def _opened(expands: int, collapses: int) -> Weak | None:
    more = 1.0 - below(0.5, expands + 0.5, collapses + 0.5)
    told = f"{expands} times expanded, {collapses} times collapsed"
    if more > SURE:
        return Weak("high", told, expands + collapses, more)
    if 1.0 - more > SURE:
        return Weak("low", told, expands + collapses, 1.0 - more)
    return None


def _below(durations: Moments, border: float) -> float:
    """How probable it is that the mean duration lies below a border, by its standard error."""
    error = durations.spread() / durations.count**0.5
    if error == 0.0:
        return 1.0 if durations.mean < border else 0.0
    return NormalDist(durations.mean, error).cdf(border)
