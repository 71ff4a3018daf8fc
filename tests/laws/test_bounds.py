"""Law: a person's encoded states take at most 8 KiB, whatever the names and however many events."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant.core.event import Event
from penchant.core.instant import HOUR
from penchant.core.interface import SETTINGS
from penchant.core.item import Item
from penchant.core.kinds import Kinds
from penchant.profile.features import features
from penchant.profile.features.surroundings import ASPECTS
from penchant.profile.fold import Fold, Folded
from penchant.serve.configuration import read_kinds
from tests.conftest import NOON

BOUND = 8_192
# The most that each feature's state takes encoded, below 2 ** 32 events. Whatever a person does, the
# sum holds; a new feature takes its share from what is left or from the others.
BUDGETS = {
    "activity": 405,
    "items": 768,
    "recent": 1_216,
    "interests": 900,
    "categories": 580,
    "searches": 174,
    "habits": 160,
    "sessions": 590,
    "outcomes": 45,
    "actions": 970,
    "traits": 515,
    "preferences": 80,
    "surroundings": 300,
    "engagement": 45,
    "frustration": 130,
    "expertise": 323,
    "drift": 440,
    "evolution": 440,
    "anomaly": 110,
}
KINDS: Kinds = read_kinds(":memory:", "general")
FOLD = Fold(features(UTC), KINDS)
ALPHABETS = ("x", "é", "語", "😀")  # one to four bytes a sign
WIDTHS = st.one_of(st.integers(1, 80), st.sampled_from((100, 140, 180, 220, 255)))
COUNTS = st.integers(1, 70)
TEACHERS = (None, *sorted(KINDS.declared), "made up")  # None: undeclared kinds with long names


def named(number: int, width: int, sign: str) -> str:
    """One of many names of that many characters; no two numbers share one where it has room."""
    return f"{number}"[:width].rjust(width, sign)


# What somebody sends for a while: names of one width and one alphabet for everything.
phases = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(TEACHERS),
        "sign": st.sampled_from(ALPHABETS),
        "item": WIDTHS,
        "tag": st.one_of(WIDTHS, st.just(2_500)),
        "category": st.one_of(WIDTHS, st.just(2_500)),
        "session": st.one_of(st.none(), WIDTHS),
        "items": COUNTS,
        "tags": st.integers(0, 64),
        "sessions": COUNTS,
        "known": st.booleans(),
        "events": st.integers(1, 200),
        "step": st.sampled_from((0, HOUR, -HOUR, 1_000 * HOUR)),
    }
)


def lived(folded: Folded, phase: dict[str, Any]) -> None:
    """Fold the events of one phase in."""
    for number in range(phase["events"]):
        item = _item(phase, number) if phase["known"] else None
        FOLD.step(folded, folded.upto + 1, _event(phase, number, folded.upto), item)


def _item(phase: dict[str, Any], number: int) -> Item:
    width = min(phase["tag"], 255)
    tags = tuple(named(number + place, width, phase["sign"]) for place in range(phase["tags"]))
    category = named(number, min(phase["category"], 255), phase["sign"])
    return Item(id="i", category=category, tags=tags)


def _event(phase: dict[str, Any], number: int, position: int) -> Event:
    sign, session = phase["sign"], phase["session"]
    kind = phase["kind"] or named(number, 64, sign)
    at = NOON + (position * 2**20) % (50_000 * HOUR) + number * phase["step"]
    return Event(
        id=f"e{position}",
        user="ann",
        kind=kind,
        at=at,
        item=named(number % phase["items"], phase["item"], sign),
        session=session and named(number % phase["sessions"], session, sign),
        value=float(number % 7),
        duration_ms=1e300,
        text=" ".join(named(number + place, phase["item"], sign) for place in range(3)),
        success=number % 3 == 0,
        data=_data(phase, number, kind),
        context={aspect: named(number, phase["tag"], sign) for aspect in ASPECTS},
    )


def _data(phase: dict[str, Any], number: int, kind: str) -> dict[str, Any]:
    if kind == "traits":  # at most 512 bytes in one event, the edge sees to that
        return {named(number, 60, "x"): "v" * 400, "role": None}
    if kind in ("preferences", "configure"):
        return {name: values[number % len(values)] for name, values in SETTINGS.items()}
    sign = phase["sign"]
    return {
        "tags": [named(number, phase["tag"], sign)] * 2 + [named(number, 9, sign)] * 70,
        "category": named(number, phase["category"], sign),
    }


def excess(folded: Folded) -> dict[str, int]:
    """The features whose state is larger than it may be, with its size."""
    pairs = zip(FOLD.features, folded.states, strict=True)
    sizes = {feature.name: len(msgspec.msgpack.encode(state)) for feature, state in pairs}
    return {name: size for name, size in sizes.items() if size > BUDGETS[name]}


@settings(max_examples=25)
@given(story=st.lists(phases, min_size=1, max_size=12), cut=st.integers(0, 12))
def test_no_feature_of_a_person_outgrows_its_share_whatever_the_names(
    story: list[dict[str, Any]], cut: int
) -> None:
    whole, earlier, later = FOLD.zero(), FOLD.zero(), FOLD.zero()

    for place, phase in enumerate(story):
        lived(whole, phase)
        lived(earlier if place < cut else later, phase)

        for folded in (whole, FOLD.merge(earlier, later), FOLD.merge(later, whole)):
            assert excess(folded) == {}
            assert len(FOLD.encode(folded)) <= BOUND


def test_the_shares_of_all_features_fit_into_8_kib() -> None:
    assert BUDGETS.keys() == {feature.name for feature in FOLD.features}
    assert 1 + sum(BUDGETS.values()) <= BOUND
