"""Does the score of expertise order people as their grades do, and does the tier keep still?"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from math import exp, sqrt
from random import Random
from statistics import fmean
from typing import Any

from benchmarks.quality import logs, sheets
from penchant.core.event import Event
from penchant.core.instant import DAY, SECOND
from penchant.profile.features.expertise import Expertise, Skills
from penchant.profile.fold import Fold, Folded
from penchant.profile.panel import Panel
from penchant.serve.configuration import read_kinds
from penchant.state.decay import HalfLives

PEOPLE = 200
EVENTS = 2_000  # of each simulated person
LIVE = {
    "raw: the last update": {"half_life": 0.05, "margin": 0.0},
    "faded, without a margin": {"margin": 0.0},
    "penchant": {},
}
KINDS = read_kinds(":memory:", "general")


def section() -> str:
    return "\n".join([*_grades(), "", *_tiers()])


def _grades() -> list[str]:
    events = list(_students())
    fold = Fold([Expertise()], KINDS)
    crowd = Fold([Panel([Skills(Expertise())])], KINDS, HalfLives.of())
    everyone = crowd.zero()
    people: dict[str, Folded] = {}
    for position, event in enumerate(events, start=1):
        fold.step(people.setdefault(event.user, fold.zero()), position, event, None)
        crowd.step(everyone, position, event, None)
    norms = crowd.feature(Panel).norms(everyone.states[0])
    read = {user: fold.read(one, 0, norms)["expertise"].value for user, one in people.items()}
    lines = [
        "### Exam grades, epm_deeds\n",
        "Students of digital electronics at their exercises (kind, item, duration; no grade is used). "
        "Spearman's correlation of the score with the grade, over all students who have one; 95 %: "
        "bootstrap over students.\n",
        "| score | grade | students | Spearman | 95 % |",
        "|---|---|---|---|---|",
    ]
    scores: dict[str, Callable[[str], float]] = {
        "penchant: expertise": lambda user: float(read[user]["score"]),
        "how many events": lambda user: float(people[user].states[0].events),
    }
    for name, grades in (("final exam", _final()), ("mean of the sessions", _sessions())):
        users = sorted(set(grades) & set(people))
        for what, score in scores.items():
            pairs = [(score(user), grades[user]) for user in users]
            lines.append(f"| {what} | {name} | {len(users)} | " + _correlation(pairs) + " |")
    return lines


def _correlation(pairs: Sequence[tuple[float, float]]) -> str:
    rng = Random(1)
    drawn = sorted(spearman(rng.choices(pairs, k=len(pairs))) for _ in range(1_000))
    return f"{spearman(pairs):+.3f} | [{drawn[25]:+.3f}, {drawn[974]:+.3f}]"


def spearman(pairs: Sequence[tuple[float, float]]) -> float:
    """The correlation of ranks, ties at their mean rank."""
    left, right = (_ranks([pair[side] for pair in pairs]) for side in (0, 1))
    mean = (len(pairs) + 1) / 2
    both = sum((a - mean) * (b - mean) for a, b in zip(left, right, strict=True))
    spread = sqrt(sum((a - mean) ** 2 for a in left) * sum((b - mean) ** 2 for b in right))
    return both / spread if spread else 0.0


def _ranks(numbers: Sequence[float]) -> list[float]:
    ordered = sorted(numbers)
    first: dict[float, int] = {}
    count: dict[float, int] = {}
    for place, number in enumerate(ordered, start=1):
        first.setdefault(number, place)
        count[number] = count.get(number, 0) + 1
    return [first[number] + (count[number] - 1) / 2 for number in numbers]


def _tiers() -> list[str]:
    lines = [
        "### Tiers that keep still\n",
        f"{PEOPLE} simulated people whose skill grows slowly, by half of what people differ in, over "
        f"{EVENTS:,} events; pace, durations and failures follow the skill with noise. A flip is a tier "
        "that is another one than 20 events before. Agreement: with the tier that the plain mean of the "
        "whole history gives. Budget: flips <= .05 an update, agreement >= .85.\n",
        "| tier | flips an update | 95 % | agreement | 95 % |",
        "|---|---|---|---|---|",
    ]
    lines += [f"| {name} | {_still(options)} |" for name, options in LIVE.items()]
    return lines


def _still(options: Mapping[str, Any]) -> str:
    rng = Random(3)
    live, whole = Expertise(**options), Expertise(half_life=1e9, margin=0.0)
    fold, plain = Fold([live], KINDS), Fold([whole], KINDS)
    crowd = Fold([Panel([Skills(whole)])], KINDS, HalfLives.of())
    people = [_Simulated(rng, number) for number in range(PEOPLE)]
    states = [fold.zero() for _ in people]
    wholes = [plain.zero() for _ in people]
    everyone = crowd.zero()
    tiers: list[list[str]] = [[] for _ in people]
    for number in range(EVENTS):
        norms = crowd.feature(Panel).norms(everyone.states[0])
        for place, person in enumerate(people):
            event = person.event(number)
            fold.step(states[place], number + 1, event, None)
            plain.step(wholes[place], number + 1, event, None)
            crowd.step(everyone, number + 1, event, None)
            if number % 20 == 19:
                reading = fold.read(states[place], 0, norms)["expertise"].value
                tiers[place].append(reading["tier"])
    norms = crowd.feature(Panel).norms(everyone.states[0])
    flips = [fmean(a != b for a, b in pairwise(own)) for own in tiers]
    agreed = [
        float(own[-1] == plain.read(one, 0, norms)["expertise"].value["tier"])
        for own, one in zip(tiers, wholes, strict=True)
    ]
    return f"{_mean(flips)} | {_mean(agreed)}"


def _mean(values: Sequence[float]) -> str:
    rng = Random(1)
    drawn = sorted(fmean(rng.choices(values, k=len(values))) for _ in range(1_000))
    return f"{fmean(values):.3f} | [{drawn[25]:.3f}, {drawn[974]:.3f}]"


class _Simulated:
    """A person whose skill grows from what it is to half a standard deviation more."""

    def __init__(self, rng: Random, number: int) -> None:
        self.rng = rng
        self.user = f"person-{number}"
        self.skill = rng.gauss(0.0, 1.0)
        self.at = number * SECOND

    def event(self, number: int) -> Event:
        rng, skill = self.rng, self.skill + 0.5 * number / EVENTS
        pause = DAY if number % 40 == 0 else 0
        self.at += pause + round(SECOND * exp(2.5 - 0.5 * skill + rng.gauss(0.0, 1.0)))
        return Event(
            id=f"{self.user}-{number}",
            user=self.user,
            kind="command",
            at=self.at,
            text=f"word{int(rng.expovariate(1.0 / (5.0 * exp(0.4 * skill))))}",
            duration_ms=exp(6.0 - 0.5 * skill + rng.gauss(0.0, 1.0)),
            success=rng.random() > 1.0 / (1.0 + exp(1.5 + 0.5 * skill)),
        )


def _students() -> Iterator[Event]:
    """What each student did, in order of time."""
    with gzip.open(logs.data() / "epm_deeds" / "activities.csv.gz", "rt") as lines:
        rows = [(_instant(row["start_time"]), row) for row in csv.DictReader(lines)]
    rows.sort(key=lambda pair: pair[0])
    for number, (at, row) in enumerate(rows):
        yield Event(
            id=str(number),
            user=row["student_id"],
            kind="activity",
            at=at,
            item=row["activity"].strip(),
            duration_ms=max(_instant(row["end_time"]) - at, 0) / 1_000.0,
        )


def _instant(text: str) -> int:
    parsed = datetime.strptime(text.strip(), "%d.%m.%Y %H:%M:%S").replace(tzinfo=UTC)
    return round(parsed.timestamp()) * SECOND


def _final() -> dict[str, float]:
    """The better grade of two dates, of 100 points."""
    path = logs.data() / "epm_deeds" / "final_grades.xlsx"
    grades: dict[str, float] = {}
    for sheet in (1, 2):
        for row in sheets.rows(path, sheet)[1:]:
            user, grade = row.get("A"), row.get("R")
            if user is not None and grade is not None:
                key = str(int(float(user)))
                grades[key] = max(grades.get(key, 0.0), float(grade))
    return grades


def _sessions() -> dict[str, float]:
    """The mean of the grades of the sessions that a student was in."""
    path = logs.data() / "epm_deeds" / "intermediate_grades.xlsx"
    return {
        str(int(float(row["A"]))): fmean(float(row.get(column, 0.0)) for column in "BCDEF")
        for row in sheets.rows(path, 1)[1:]
        if "A" in row
    }
