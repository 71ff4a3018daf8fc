"""How many patterns does a shuffled log have, and how many recur?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from random import Random

import msgspec

from benchmarks.quality import action_logs
from benchmarks.quality.next_action import KINDS
from penchant.core.event import Event
from penchant.measure.patterns import DOCUMENTED, TESTED, Pattern, findings, mine
from penchant.measure.ranking import bootstrap
from penchant.profile.action import role_of
from penchant.profile.fold import Fold
from penchant.profile.successions import Role, Successions

SHUFFLED, RECURRING = 0.05, 0.75  # goals: at most, at least
SHUFFLES = 5
Key = Callable[[Event], str]


def section() -> str:
    rows, verdicts = [], []
    for name, events in (
        ("kypo_shell", action_logs.kypo_shell()),
        ("react_ida", action_logs.react_ida()),
    ):
        for rule in (DOCUMENTED, TESTED):
            found = _count(events, rule)
            in_role = _shuffled(events, rule, role_of)
            in_person = _shuffled(events, rule, lambda event: event.user)
            recurs = _recurring(events, rule)
            share = bootstrap(recurs, Random(1))
            rows.append(
                f"| {name} | {rule} | {found} | {in_role:.1f} ({in_role / found:.1%}) "
                f"| {in_person:.1f} ({in_person / found:.1%}) | {len(recurs)} "
                f"| {share.mean:.3f} [{share.low:.3f}, {share.high:.3f}] |"
            )
            if rule == TESTED:
                verdicts.append(_verdict(f"{name}, shuffled", in_role / found <= SHUFFLED))
                verdicts.append(_verdict(f"{name}, recurring", share.mean >= RECURRING))
    return (
        "Patterns of each role (training, project), seen 3 times or more, in the "
        "log and in logs whose actions changed places: within the role, and within the person, which "
        "keeps who does what and is the harder question. Means of "
        f"{SHUFFLES} shuffles. Recurring: of those found in the first half of each role's events, the "
        "share that in the second half comes true more often than its base rate there; what the second "
        "half never gave an occasion for counts as not recurring; interval: bootstrap over patterns. "
        f"Goals: shuffled at most {SHUFFLED:.0%} within the role, recurring at least {RECURRING}. "
        "Nothing was tuned.\n\n"
        "| log | rule | patterns | shuffled in the role | shuffled in the person | in the first half "
        "| recurring |\n|---|---|---|---|---|---|---|\n"
        + "\n".join(rows)
        + "\n\n"
        + "; ".join(verdicts)
        + ".\n"
    )


def _verdict(what: str, passes: bool) -> str:
    return f"{what}: {'passes' if passes else 'MISSES'}"


def _roles(events: Sequence[Event]) -> dict[str, Role]:
    fold = Fold([Successions()], KINDS)
    folded = fold.extend(fold.zero(), list(enumerate(events, 1)), lambda item, position: None)
    roles: dict[str, Role] = folded.states[0].roles
    return roles


def _mined(events: Sequence[Event], rule: str) -> dict[str, list[Pattern]]:
    return {name: mine(role, rule=rule, name=name) for name, role in _roles(events).items()}


def _count(events: Sequence[Event], rule: str) -> int:
    return sum(map(len, _mined(events, rule).values()))


def _shuffled(events: Sequence[Event], rule: str, key: Key) -> float:
    """How many patterns logs have in which actions changed places among those of one key."""
    counts = []
    for seed in range(SHUFFLES):
        rng = Random(seed)
        places: dict[str, list[int]] = defaultdict(list)
        for place, event in enumerate(events):
            places[key(event)].append(place)
        made = list(events)
        for own in places.values():
            for place, other in zip(own, rng.sample(own, len(own)), strict=True):
                told = events[other]
                made[place] = msgspec.structs.replace(
                    events[place], kind=told.kind, text=told.text, data=told.data
                )
        counts.append(_count(made, rule))
    return sum(counts) / SHUFFLES


def _recurring(events: Sequence[Event], rule: str) -> list[float]:
    """For each pattern of the first halves whether it recurs in the second."""
    by_role: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_role[role_of(event)].append(event)
    outcomes = []
    for name, own in by_role.items():
        half = len(own) // 2
        later = {
            (found.kind, found.actions): found.hits / found.trials > found.expected
            for found in findings(_roles(own[half:])[name])
        }
        for pattern in _mined(own[:half], rule)[name]:
            outcomes.append(float(later.get((pattern.pattern_type, pattern.actions), False)))
    return outcomes
