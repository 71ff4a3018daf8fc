"""One person of an opened store: how they are named, and seen as of a past instant."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import penchant
from penchant.core.errors import InvalidArgument, NotFound
from penchant.serve.engine import Penchant
from tests.conftest import ManualClock

SECRET = "0123456789abcdef"


def test_a_person_is_shown_by_name_and_without_the_secrets_of_the_store() -> None:
    with penchant.open(":memory:", keys=f"shop:write:{SECRET}") as p:
        past = p.user("ann", at="2026-01-31T09:30:00Z")

        assert repr(p.user("ann")) == "<user 'ann' of ':memory:'>"
        assert repr(past) == "<user 'ann' of ':memory:', as of 2026-01-31T09:30:00Z>"
        assert repr(p.session("s1")) == "<session 's1' of ':memory:'>"
        assert SECRET not in repr(p.parts) + repr(p.parts.settings)


def test_an_instant_told_as_text_is_read_in_the_zone_of_the_store() -> None:
    with penchant.open(":memory:", zone="Europe/Madrid") as p:
        moment = datetime(2026, 1, 31, 8, 30, tzinfo=UTC)

        assert p.user("ann", at="2026-01-31 09:30") == p.user("ann", at=moment)


def test_text_that_is_no_time_is_refused_as_an_instant() -> None:
    with penchant.open(":memory:") as p, pytest.raises(InvalidArgument, match="'soon' is no time"):
        p.user("ann", at="soon")


@pytest.mark.parametrize("text", ["0001-01-01T12:00:00+14:00", "9999-12-31T12:00:00-14:00"])
def test_an_instant_that_no_log_reaches_is_refused(p: Penchant, text: str) -> None:
    with pytest.raises(InvalidArgument, match=r"at: .* lies outside the years 1900 to 9999"):
        p.user("ann", at=datetime.fromisoformat(text))


def test_a_session_sees_what_was_tracked_just_now(p: Penchant) -> None:
    for number in range(200):
        p.track("ann", "click", "tea", session="s1")

        assert len(p.session("s1").events()) == min(number + 1, 200)


def test_the_event_after_a_zone_was_told_has_its_hour(p: Penchant) -> None:
    p.user("ann").set(zone="Asia/Tokyo")
    p.track("ann", "click", at="2026-01-01T12:00:00Z")

    assert p.user("ann").profile().habits["hours"].index(1.0) == 21


def test_a_zone_that_is_none_is_refused(p: Penchant) -> None:
    with pytest.raises(InvalidArgument, match=r"zone: 'Mars' is no time zone; expected one such"):
        p.user("ann").set(zone="Mars")


@pytest.mark.parametrize("name", ["", "x" * 256, 7, None])
def test_a_name_that_is_none_is_refused(p: Penchant, name: object) -> None:
    with pytest.raises(InvalidArgument, match="user: expected text of 1 to 255 characters"):
        p.user(name)  # type: ignore[arg-type]  # that is the point
    with pytest.raises(InvalidArgument, match="session: expected text of 1 to 255 characters"):
        p.session(name)  # type: ignore[arg-type]  # that is the point


def test_history_is_newest_first_of_one_kind(p: Penchant) -> None:
    for number in range(5):
        p.track("ann", "click" if number % 2 else "view", f"i{number}")

    assert [event.item for event in p.user("ann").history(2)] == ["i4", "i3"]
    assert [event.item for event in p.user("ann").history(kind="click")] == ["i3", "i1"]


@pytest.mark.parametrize("limit", [0, 10_001, True, 1.5, "3"])
def test_a_history_of_no_length_is_refused(p: Penchant, limit: object) -> None:
    with pytest.raises(InvalidArgument, match="limit: expected 1 to 10000"):
        p.user("ann").history(limit)  # type: ignore[arg-type]  # that is the point


def test_what_was_shown_is_logged_once(p: Penchant) -> None:
    p.track_many([{"user": "bob", "kind": "purchase", "item": item} for item in ("tea", "run")])

    slate = p.user("ann").recommend(5, shown=True)
    again = p.track_many(slate.exposures("ann"))

    assert len(slate) == 2
    assert (again.accepted, again.duplicates) == (0, 2)
    assert p.stats()["exposures"] == 2


def test_decisions_do_not_travel_in_time(p: Penchant) -> None:
    with pytest.raises(
        InvalidArgument, match=r"at: .*profile\(\), history\(\) and rate\(\) travel"
    ):
        p.user("ann", at=datetime(2026, 1, 1, tzinfo=UTC)).recommend()


def test_an_item_put_after_it_was_asked_for_is_known(p: Penchant) -> None:
    with pytest.raises(NotFound):
        p.similar("tea")

    p.item("tea")

    assert len(p.similar("tea")) == 0


@pytest.mark.parametrize(
    "options",
    [
        {"rating_kappa": 4},
        {"parts_of_day": "day:6,night:22"},
        {"taste_memory": "weeks"},
        {"session_gap": 60},
        {"zone": "Asia/Tokyo"},
    ],
    ids=lambda options: next(iter(options)),
)
def test_a_profile_under_another_option_is_another_version_and_still_a_replay(
    tmp_path: Path, clock: ManualClock, options: dict[str, Any]
) -> None:
    with penchant.open(tmp_path, clock=clock, follow=False) as p:
        p.track_many([{"user": "ann", "kind": "purchase", "item": "tea"}])
        before = p.user("ann").profile()

    with penchant.open(tmp_path, clock=clock, follow=False, **options) as p:
        after = p.user("ann").profile()

        assert after.version != before.version
        assert after["activity"] == before["activity"]
        assert p.check().passed


def test_changing_what_was_given_out_changes_nothing_that_is_kept(p: Penchant) -> None:
    p.user("ann").set(role="analyst")
    p.track("ann", "click", "tea", session="s1", data={"tags": ["green"]})

    for event in (*p.user("ann").history(), *p.session("s1").events()):
        assert event.data is not None
        event.data.update(role="intruder", tags=["red"])

    profile = p.user("ann").profile()
    assert profile.traits == {"role": "analyst"}
    assert [one["name"] for one in profile.interests] == ["green"]
    assert p.check().passed


@pytest.mark.parametrize("reading", ["taste", 5, [], b"items"])
def test_a_reading_that_is_none_is_refused_with_those_there_are(p: Penchant, reading: Any) -> None:
    with pytest.raises(
        InvalidArgument, match=r"reading: no reading is called .* there are activity"
    ):
        p.user("ann").explain(reading=reading)


def test_an_explained_reading_takes_no_rule_of_items(p: Penchant) -> None:
    with pytest.raises(InvalidArgument, match="seen: is about items"):
        p.user("ann").explain(reading="items", seen="hide")  # type: ignore[call-overload]  # the fault
