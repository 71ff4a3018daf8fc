"""Does an ordinary day raise an alarm, and is an unusual one found?

Days of simulated people whose ways stay, and of real ones in shuffled order, through what serves: the bounded
feature, and what the panel learned before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import exp
from random import Random
from statistics import fmean, stdev

import duckdb
import msgspec

from benchmarks.quality import logs
from penchant.core.event import Event
from penchant.core.instant import DAY, HOUR, MINUTE, SECOND
from penchant.profile.feature import HALF_LIVES, Signal
from penchant.profile.features.anomaly import (
    BUDGET,
    LEAST,
    SIGNALS,
    Anomaly,
    Norm,
    State,
    judgements,
)
from penchant.profile.features.anomaly import Days as Learned
from penchant.profile.panel import Panel
from penchant.serve.configuration import read_kinds
from penchant.state.binomial import lower_bound

PEOPLE, DAYS = 400, 100
TRIED = (10, 30)  # days before an unusual one
Z = 1.959964  # 95 % on both sides
START = 20_000
KINDS = read_kinds(":memory:", "general")
CLICK = KINDS.of("click")


@dataclass(frozen=True, slots=True)
class Act:
    """One event of a day: when within it, and whether it failed."""

    within: int
    failed: bool = False


Day = list[Act]
People = list[list[Day]]


def section() -> str:
    lines = [
        f"Alarms on ordinary days: the share of days, {LEAST} or more before them, on which a signal says "
        f"`unusual`, asked when the day is over; goal: at most {BUDGET}. *simulated*: {PEOPLE} people of "
        f"{DAYS} active days whose ways stay: daily volumes are Poisson about a log-normal rate (sigma by "
        "row), hours and shares of failures are the person's own. Real ones: days in shuffled order within a "
        "person. What the panel learns is learned from other people of the same sort. *z > 3*: the day's "
        "events against mean and deviation of the person's days before; *z, as rare*: where "
        "it raises as many alarms as penchant does. 95 %: Wilson, days taken as independent.\n",
        "| people | days | penchant | 95 % | volume | failures | hours | z > 3 | 95 % |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    worlds: dict[str, tuple[People, People]] = {
        f"simulated, sigma {sigma:g}": (_simulated(sigma, 0), _simulated(sigma, PEOPLE))
        for sigma in (0.2, 0.6, 1.0)
    }
    worlds["movietweetings"] = _halves(_films())
    worlds["online_retail"] = _halves(_shop())
    norms = {name: _learned(taught) for name, (taught, _) in worlds.items()}
    rare: dict[str, float] = {}
    for name, (_, tested) in worlds.items():
        told, rare[name] = _ordinary(tested, norms[name])
        lines.append(f"| {name} | {told} |")
    lines += [
        "",
        "Unusual days found: one day is changed, after so many ordinary ones. *three times*: three times the "
        "events. *failures*: half of the events fail, beside those that do anyway. *hours*: the day's events "
        "fall into hours that the person never used, nor their neighbours; others are left out.\n",
        "| people | before | change | tried | penchant | 95 % | z > 3 | 95 % | z, as rare |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, (_, tested) in worlds.items():
        for before in TRIED:
            for change, how in CHANGES.items():
                row = _changed(tested, norms[name], rare[name], before, how)
                if row:
                    lines.append(f"| {name} | {before} | {change} | {row} |")
    return "\n".join(lines) + "\n"


def _ordinary(people: People, norm: Norm) -> tuple[str, float]:
    days, alarms, beyond = 0, 0, list[float]()
    by_signal = dict.fromkeys(SIGNALS, 0)
    for own in people:
        for place, state in _lived(own):
            if place < LEAST:
                continue
            found = _unusual(state, norm)
            days += 1
            alarms += bool(found)
            beyond.append(_z(own[: place + 1]))
            for what in found:
                by_signal[what] += 1
    told = " | ".join(f"{count / days:.4f}" for count in by_signal.values())
    simple = sum(z > 3.0 for z in beyond)
    border = sorted(beyond, reverse=True)[alarms]
    return f"{days:,} | {_wilson(alarms, days)} | {told} | {_wilson(simple, days)}", border


def _changed(
    people: People,
    norm: Norm,
    rare: float,
    before: int,
    how: Callable[[Sequence[Day], Random], Day],
) -> str:
    tried, found, simple, as_rare = 0, 0, 0, 0
    for number, own in enumerate(people):
        if len(own) <= before:
            continue
        changed = how(own[: before + 1], Random(number))
        if changed:
            days = [*own[:before], changed]
            *_, (_, state) = _lived(days)
            tried += 1
            found += bool(_unusual(state, norm))
            z = _z(days)
            simple += z > 3.0
            as_rare += z > rare
    if tried < 20:
        return ""
    return f"{tried} | {_wilson(found, tried)} | {_wilson(simple, tried)} | {as_rare / tried:.4f}"


def _three_times(days: Sequence[Day], rng: Random) -> Day:
    return days[-1] * 3


def _failing(days: Sequence[Day], rng: Random) -> Day:
    return [Act(act.within, act.failed or rng.random() < 0.5) for act in days[-1]]


def _at_night(days: Sequence[Day], rng: Random) -> Day:
    used = {act.within // HOUR for day in days[:-1] for act in day}
    near = {(hour + step) % 24 for hour in used for step in (-1, 0, 1)}
    free = sorted(set(range(24)) - near)
    return [Act(rng.choice(free) * HOUR, act.failed) for act in days[-1]] if free else []


CHANGES = {"three times": _three_times, "failures": _failing, "hours": _at_night}


def _unusual(state: State, norm: Norm) -> set[str]:
    """The signals by which the latest day is unusual."""
    told = list(judgements(state, norm))[: len(SIGNALS)]
    return {one.what for one in told if one.unusual}


def _z(days: Sequence[Day]) -> float:
    """Of the simple rule: deviations above the mean of the days before."""
    counts = [len(day) for day in days[:-1]]
    return (len(days[-1]) - fmean(counts)) / max(stdev(counts), 1e-9)


def _lived(days: Iterable[Day]) -> Iterator[tuple[int, State]]:
    """The state at the end of each day."""
    feature = Anomaly()
    state = feature.zero()
    for place, day in enumerate(days):
        for signal in _signals("u", place, day):
            feature.step(state, signal, None)
        yield place, state


def _signals(user: str, place: int, day: Day) -> Iterator[Signal]:
    for act in sorted(day, key=lambda act: act.within):
        at = (START + place) * DAY + act.within
        event = Event(id="e", user=user, kind="click", at=at, success=not act.failed)
        yield Signal(event, CLICK, 1.0, HALF_LIVES.at(at))


def _learned(people: People) -> Norm:
    """What a panel of these people says, their days going along side by side."""
    panel = Panel((Learned(Anomaly()),))
    state = panel.zero()
    for place in range(max(map(len, people))):
        for number, own in enumerate(people):
            if place < len(own):
                for signal in _signals(f"user-{number}", place, own[place]):
                    panel.step(state, signal, None)
    norm = panel.norms(state).by_name["anomaly"]
    return msgspec.convert(msgspec.to_builtins(norm), Norm)


def _simulated(sigma: float, first: int) -> People:
    return [list(_person(sigma, Random(f"{sigma} {first + number}"))) for number in range(PEOPLE)]


def _person(sigma: float, rng: Random) -> Iterator[Day]:
    rate, failing = exp(rng.gauss(2.5, 0.8)), rng.betavariate(1.0, 19.0)
    peak, width = rng.uniform(0.0, 24.0), rng.uniform(1.0, 4.0)
    for _ in range(DAYS):
        mean = rate * exp(rng.gauss(0.0, sigma))
        count = max(_poisson(mean, rng), 1)
        hours = [rng.gauss(peak, width) % 24.0 for _ in range(count)]
        yield [Act(int(hour * 60) * MINUTE, rng.random() < failing) for hour in hours]


def _poisson(mean: float, rng: Random) -> int:
    count, passed = 0, rng.expovariate(1.0)
    while passed < mean:
        count, passed = count + 1, passed + rng.expovariate(1.0)
    return count


def _films() -> dict[str, dict[int, Day]]:
    found: dict[str, dict[int, Day]] = {}
    for event in logs.movietweetings():
        day, within = divmod(event.at, DAY)
        found.setdefault(event.user, {}).setdefault(day, []).append(Act(within))
    return found


def _shop() -> dict[str, dict[int, Day]]:
    """Lines of invoices; a returned one counts as a failure."""
    [file] = (logs.data() / "online_retail").glob("*.parquet")
    rows = duckdb.execute(
        "SELECT CustomerID::VARCHAR, epoch(InvoiceDate::TIMESTAMP)::BIGINT, Quantity < 0 "
        f"FROM '{file}' WHERE CustomerID IS NOT NULL ORDER BY 2"
    ).fetchall()
    found: dict[str, dict[int, Day]] = {}
    for user, seconds, returned in rows:
        day, within = divmod(seconds * SECOND, DAY)
        found.setdefault(user, {}).setdefault(day, []).append(Act(within, returned))
    return found


def _halves(people: dict[str, dict[int, Day]]) -> tuple[People, People]:
    """Those with days enough, in two halves by chance; the days of each in shuffled order."""
    shuffled = []
    for user in sorted(people):
        days = list(people[user].values())
        if len(days) > LEAST:
            Random(user).shuffle(days)
            shuffled.append(days)
    Random(1).shuffle(shuffled)
    return shuffled[::2], shuffled[1::2]


def _wilson(hits: int, of: int) -> str:
    """A share and its 95 % interval (Wilson 1927), as two cells of a table."""
    low, high = lower_bound(hits, of, Z), 1.0 - lower_bound(of - hits, of, Z)
    return f"{hits / of:.4f} | [{low:.4f}, {high:.4f}]"
