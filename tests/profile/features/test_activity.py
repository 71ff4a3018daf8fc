from __future__ import annotations

from penchant.core.instant import DAY
from penchant.profile.features.activity import KINDS, Activity
from tests.profile.told import event, reading


def test_nobody_was_never_seen() -> None:
    assert reading(Activity()).value == {
        "events": 0,
        "first_seen": None,
        "last_seen": None,
        "kinds": {},
    }


def test_a_late_event_moves_the_first_and_not_the_last_sight() -> None:
    value = reading(Activity(), event(), event(after=-DAY)).value

    assert value["first_seen"] == "2025-12-31T12:00:00Z"
    assert value["last_seen"] == "2026-01-01T12:00:00Z"


def test_what_was_shown_and_what_is_undeclared_count_as_well() -> None:
    value = reading(Activity(), event("exposure"), event("made_up"), event("made_up")).value

    assert value["events"] == 3
    assert list(value["kinds"].items()) == [("made_up", 2), ("exposure", 1)]


def test_the_commonest_kinds_are_named_and_all_events_counted() -> None:
    common = [event("common")] * 3
    value = reading(Activity(), *common, *(event(f"rare{n}") for n in range(200))).value

    assert len(value["kinds"]) <= KINDS.keys
    assert value["kinds"]["common"] == 3
    assert value["events"] == 203


def test_long_names_of_kinds_are_bounded_in_bytes() -> None:
    value = reading(Activity(), *(event("é" * 30 + str(n)) for n in range(24))).value

    assert sum(len(kind.encode()) for kind in value["kinds"]) <= KINDS.size
