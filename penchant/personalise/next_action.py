"""Next action: what a person is about to do, from their own habit and that of others like them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from penchant.core.slate import Reason
from penchant.profile import successions
from penchant.profile.features.actions import Habit
from penchant.profile.successions import Successions

ALPHA = 0.8  # what an occurrence weighs when the next one has come
OWN_AFTER = 1.0  # the weight of each term, as docs/design/012-next-action.md says where from
OWN_LATEST = 0.1
OTHERS_AFTER = 1.5
OTHERS_DONE = 0.3
FEW = 5  # occurrences of a context at which others count half of what they may
NEW = 20  # actions of a person at which what others do at all counts half


@dataclass(frozen=True, slots=True)
class Others:
    """How often others went on with each action after the same one, and after the same two (empty
    where there are no two: ``before`` is ``None`` then); how often they ``done`` each action, of
    ``seen`` in all."""

    after: Mapping[str, int]
    after_two: Mapping[str, int]
    before: str | None
    done: Mapping[str, int]
    seen: int


@dataclass(frozen=True, slots=True)
class Prediction:
    """An action that may come next: ``probability`` in [0, 1] is the sum of the shares of ``why``.

    The probabilities of all actions ever seen sum to at most 1; the rest is for a new one.
    """

    action: str
    probability: float
    why: tuple[Reason, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "action": self.action,
            "probability": self.probability,
            "why": [reason.to_dict() for reason in self.why],
        }


@dataclass(frozen=True, slots=True)
class _Term:
    """One opinion: its weight, the share of each action by it, and after which actions."""

    name: str
    weight: float
    shares: Mapping[str, float]
    context: tuple[str, ...] = ()


def others_of(
    feature: Successions, state: successions.State, user: str, role: str, own: Habit, count: int
) -> Others:
    """What is known of those in the role of a person, in any role where theirs knows nothing.

    As many frequent actions are among ``done`` as it takes to name ``count``.
    """
    last = () if own.last is None else (own.last,)
    known = role if feature.seen(state, role) else None
    before = None if own.last is None else feature.before(state, role, user, own.last)
    after = feature.after(state, known, *last) or feature.after(state, None, *last)
    after_two = {} if before is None else feature.after(state, known, before, *last)
    asked = {*own.after, *own.latest, *after, *after_two}
    if len(asked) < count:
        asked.update(feature.frequent(state, known, count + len(asked)))
    done = feature.done(state, known, asked)
    return Others(after, after_two, before, done, feature.seen(state, known))


def predict(own: Habit, others: Others, count: int) -> tuple[Prediction, ...]:
    """The ``count`` most probable next actions, most probable first, ties by name.

    The weighted mean of five opinions: what followed the last action before, newest most (IPAM;
    its rest is what the person did latest), what they did latest, what others do after it, after
    the last two, and at all. Others count the more, the more often they were seen there; what they
    do at all counts only while the person is new. An opinion without evidence is left out.

    Source: IPAM is Davison and Hirsh 1998, alpha 0.8; weights: docs/design/012-next-action.md.

    >>> own = Habit("nmap", ["ssh", "ssh"], ["nmap", "ssh", "nmap", "ssh", "nmap"], 5)
    >>> others = Others({"ping": 1}, {}, None, {"ssh": 2, "ping": 1}, 6)
    >>> [(one.action, round(one.probability, 2)) for one in predict(own, others, 2)]
    [('ssh', 0.4), ('nmap', 0.19)]
    """
    terms = [term for term in _terms(own, others) if term.weight > 0]
    total = sum(term.weight for term in terms)
    scores: dict[str, float] = {}
    for term in terms:
        for action, share in term.shares.items():
            scores[action] = scores.get(action, 0.0) + term.weight * share
    best = sorted(scores, key=lambda action: (-scores[action], action))[:count]
    return tuple(_explained(action, terms, total) for action in best)


def _terms(own: Habit, others: Others) -> list[_Term]:
    latest = _faded(own.latest)
    after = _faded(own.after)
    left = ALPHA ** len(own.after)
    for action, share in latest.items():
        after[action] = after.get(action, 0.0) + left * share
    last = () if own.last is None else (own.last,)
    two = () if others.before is None else (others.before, *last)
    return [
        _Term("own_after", OWN_AFTER if after else 0.0, after, last),
        _Term("own_latest", OWN_LATEST if latest else 0.0, latest),
        _counted("others_after", others.after, last),
        _counted("others_after_two", others.after_two, two),
        _Term(
            "others_done",
            OTHERS_DONE * NEW / (NEW + own.seen) if others.seen else 0.0,
            {action: times / others.seen for action, times in others.done.items()},
        ),
    ]


def _faded(newest_first: Sequence[str]) -> dict[str, float]:
    """The share of each action, an occurrence weighing (1 - alpha) alpha ** age."""
    shares: dict[str, float] = {}
    weight = 1.0 - ALPHA
    for action in newest_first:
        shares[action] = shares.get(action, 0.0) + weight
        weight *= ALPHA
    return shares


def _counted(name: str, counts: Mapping[str, int], context: tuple[str, ...]) -> _Term:
    times = sum(counts.values())
    shares = {action: count / times for action, count in counts.items()}
    return _Term(name, OTHERS_AFTER * times / (times + FEW), shares, context)


def _explained(action: str, terms: Sequence[_Term], total: float) -> Prediction:
    why = tuple(
        Reason(term.name, term.weight * term.shares[action] / total, term.context)
        for term in terms
        if term.shares.get(action)
    )
    return Prediction(action, sum(reason.share for reason in why), why)
