"""Laws of every feature: folding in parts, merging, snapshots, bounds."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.core.event import Event
from penchant.core.instant import DAY, span
from penchant.core.item import Item
from penchant.core.kinds import Kinds
from penchant.measure.rollups import Rollups
from penchant.measure.usage import Usage
from penchant.personalise.candidates.covisitation import Covisitation
from penchant.personalise.candidates.popularity import Popularity
from penchant.profile.choices import Choices
from penchant.profile.feature import HALF_LIVES, Feature, Signal
from penchant.profile.features import features
from penchant.profile.features.anomaly import Anomaly, Days
from penchant.profile.features.expertise import Expertise, Skills
from penchant.profile.features.interests import Categories, Interests
from penchant.profile.features.sessions import GAP, OPEN
from penchant.profile.fold import Fold, Folded
from penchant.profile.panel import Panel
from penchant.profile.present import Present
from penchant.profile.successions import Successions
from penchant.profile.tastes import Tastes
from penchant.profile.zones import Zones
from penchant.serve.configuration import read_kinds
from tests.conftest import NOON
from tests.generate import CATALOGUE, events, in_time_order

PERSONAL = features(UTC)
TRIALS = Tastes(Interests()), Tastes(Categories()), Skills(Expertise()), Days(Anomaly())
CROWD: tuple[Feature[Any], ...] = (
    Popularity(),
    Covisitation(),
    Usage(),
    Rollups(),
    Successions(),
    Zones(),
    Choices(),
    Present(),
    Panel(TRIALS),
)
EVERY = [*PERSONAL, *CROWD]
# The pairs that a cut through one person's history separates are counted by neither half.
MERGING = [feature for feature in EVERY if not isinstance(feature, Covisitation | Successions)]


# What follows what within a session: a cut through one is a cut through what they count.
WITHIN_SESSIONS = {"expertise", "frustration"}


def _next_gap(made: list[Event], cut: int) -> int:
    """The first place from a cut on at which a session ends."""
    for place in range(max(cut, 1), len(made)):
        if made[place].at - made[place - 1].at > span(GAP):
            return place
    return len(made)


def named(feature: Feature[Any]) -> str:
    return feature.name


def find(item: str, position: int) -> Item | None:
    return CATALOGUE.get(item)


@pytest.fixture(scope="module")
def kinds() -> Kinds:
    return read_kinds(":memory:", "general")


def folded(feature: Feature[Any], kinds: Kinds, made: list[Event]) -> Folded:
    fold = Fold([feature], kinds)
    return fold.extend(fold.zero(), list(enumerate(made, start=1)), find)


def reading(feature: Feature[Any], state: Any) -> Any:
    return plain(feature.read(state, NOON).value)


def plain(value: Any) -> Any:
    """Nested values with numbers that compare to rounding, lists of records by their name."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        if value and all(
            isinstance(inner, dict) and {"name", "item"} & inner.keys() for inner in value
        ):
            value = sorted(value, key=lambda inner: str(inner.get("name", inner.get("item"))))
        return [plain(inner) for inner in value]
    if isinstance(value, float):
        return pytest.approx(value, rel=1e-9, abs=1e-12)
    return value


@pytest.mark.parametrize("feature", EVERY, ids=named)
@given(made=events(), cut=st.integers(0, 30))
def test_a_snapshot_and_its_tail_are_the_fold_of_the_whole(
    feature: Feature[Any], kinds: Kinds, made: list[Event], cut: int
) -> None:
    fold = Fold([feature], kinds)
    logged = list(enumerate(made, start=1))
    whole = fold.extend(fold.zero(), logged, find)

    body = fold.encode(fold.extend(fold.zero(), logged[:cut], find))
    resumed = fold.extend(Folded(fold.decode(body)), logged[cut:], find)

    assert fold.encode(resumed) == fold.encode(whole)


@pytest.mark.parametrize("feature", MERGING, ids=named)
@given(made=events(OPEN - 1), cut=st.integers(0, OPEN))  # no more runs than sessions keeps open
def test_merging_two_folds_is_the_fold_of_both(
    feature: Feature[Any], kinds: Kinds, made: list[Event], cut: int
) -> None:
    if feature.ordered:
        made = in_time_order(made)
    if feature.name in WITHIN_SESSIONS:
        cut = _next_gap(made, cut)
    whole = folded(feature, kinds, made).states[0]

    left, right = folded(feature, kinds, made[:cut]), folded(feature, kinds, made[cut:])
    merged = feature.merge(left.states[0], right.states[0])

    assert reading(feature, merged) == reading(feature, whole)


@pytest.mark.parametrize("feature", EVERY, ids=named)
@given(made=events())
def test_zero_is_the_unit_of_merging(
    feature: Feature[Any], kinds: Kinds, made: list[Event]
) -> None:
    state = folded(feature, kinds, made).states[0]
    expected = reading(feature, state)

    assert reading(feature, feature.merge(state, feature.zero())) == expected
    assert reading(feature, feature.merge(feature.zero(), state)) == expected


@pytest.mark.parametrize("feature", EVERY, ids=named)
@given(left=events(12), right=events(12))
def test_merging_leaves_its_operands_as_they_were(
    feature: Feature[Any], kinds: Kinds, left: list[Event], right: list[Event]
) -> None:
    one, other = folded(feature, kinds, left).states[0], folded(feature, kinds, right).states[0]
    before = msgspec.msgpack.encode((one, other))

    merged = feature.merge(one, other)
    feature.step(merged, *_any_step(feature, kinds))

    assert msgspec.msgpack.encode((one, other)) == before


def _any_step(feature: Feature[Any], kinds: Kinds) -> tuple[Any, Item | None]:
    event = Event(id="z", user="ann", kind="traits", at=NOON, item="run", request="r1", position=0)
    return Signal(event, kinds.of("traits"), 0.5, HALF_LIVES.at(NOON)), CATALOGUE["run"]


@pytest.mark.parametrize(
    "feature", [feature for feature in EVERY if not feature.ordered], ids=named
)
@given(made=events(), rng=st.randoms(use_true_random=False))
def test_late_events_land_at_their_own_time(
    feature: Feature[Any], kinds: Kinds, made: list[Event], rng: Any
) -> None:
    shuffled = list(made)
    rng.shuffle(shuffled)

    one, other = folded(feature, kinds, made), folded(feature, kinds, shuffled)

    assert reading(feature, one.states[0]) == reading(feature, other.states[0])


@pytest.mark.parametrize("feature", EVERY, ids=named)
@given(made=events())
def test_reading_changes_nothing(feature: Feature[Any], kinds: Kinds, made: list[Event]) -> None:
    state = folded(feature, kinds, made).states[0]
    before = msgspec.msgpack.encode(state)

    feature.read(state, NOON)
    feature.read(state, NOON + 1_000 * DAY)

    assert msgspec.msgpack.encode(state) == before


@pytest.mark.parametrize("feature", PERSONAL, ids=named)
def test_a_state_that_saw_nothing_reads_as_no_evidence(feature: Feature[Any]) -> None:
    assert feature.read(feature.zero(), NOON).evidence == 0


@pytest.mark.parametrize("width", [8, 255])
def test_a_person_fits_into_8_kib_after_100_000_events(kinds: Kinds, width: int) -> None:
    fold = Fold(PERSONAL, kinds)
    person = fold.zero()
    letters = "abcdefgh" if width == 8 else "😀😁😂🤣😃😄😅😆"  # four bytes each

    for number in range(100_000):
        name = f"{number * 7919 % 10_007}".rjust(width, letters[number % 8])
        item = Item(id=name, category=name, tags=(name, name[1:] + "x"))
        fold.step(person, number, _busy(number, name), item)

    assert len(fold.encode(person)) <= 8_192


def _busy(number: int, name: str) -> Event:
    kinds = ("click", "purchase", "dislike", "command", "traits", f"kind{number % 97}")
    return Event(
        id=str(number),
        user="ann",
        kind=kinds[number % 6] if len(name) == 8 else name[: 60 + number % 5],
        at=NOON + number * 40 * 60_000_000,
        item=name,
        session=name if number % 3 else None,
        duration_ms=float(number),
        success=number % 2 == 0,
        error=name,
        data={"role": name[:200], name[:60]: number},
    )
