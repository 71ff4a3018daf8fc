from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import penchant
from penchant.core.errors import InvalidArgument, StoreIncompatible
from penchant.core.instant import DAY, moment
from penchant.core.ports import Retired
from penchant.io.stores.archive import LOCK
from penchant.io.stores.archive_reader import Reader
from penchant.serve import retention
from penchant.serve.engine import Penchant
from tests.conftest import NOON, ManualClock

QUARTER = timedelta(days=90)


def send(p: Penchant, days: Any, user: str = "ann") -> None:
    """One click of the user so many days ago, each."""
    p.track_many(
        {"id": f"{user}-{n}-{day}", "user": user, "kind": "click", "item": "tea", "at": at(day)}
        for n, day in enumerate(days)
    )


def at(day: float) -> float:
    return (NOON - round(day * DAY)) / 1e6


def clicks(p: Penchant, user: str = "ann") -> int:
    counted: int = p.user(user).profile().activity["events"]
    return counted


def test_only_what_is_older_than_ninety_days_leaves(p: Penchant) -> None:
    send(p, (100, 91, 90, 10))

    retired = p.retire()

    assert (retired.events, retired.users) == (2, 1)
    assert retired.until == NOON - 91 * DAY
    assert len(p.user("ann").history()) == 2
    assert clicks(p) == 4
    assert p.retire().events == 0


def test_an_event_stays_while_one_that_came_before_it_must(p: Penchant) -> None:
    send(p, (100, 10, 95))

    assert p.retire().events == 1
    assert len(p.user("ann").history()) == 2


def test_nothing_is_old_in_an_empty_store(p: Penchant) -> None:
    retired = p.retire(older_than=timedelta(0))

    assert retired.to_dict() == {"events": 0, "users": 0, "until": None, "seconds": retired.seconds}


def test_a_profile_as_of_before_what_is_gone_is_refused(p: Penchant) -> None:
    send(p, (100, 95, 10))
    send(p, (5,), user="bob")
    p.retire()

    with pytest.raises(InvalidArgument, match=r"at: events up to 2025-09-28T12:00:00Z have left"):
        p.user("ann", at=moment(NOON - 97 * DAY)).profile()

    assert p.user("ann", at=moment(NOON - 95 * DAY)).profile().activity["events"] == 2
    assert p.user("bob", at=moment(NOON - 97 * DAY)).profile().activity["events"] == 0


def test_day_aggregates_outlive_the_events_they_count(p: Penchant) -> None:
    send(p, (100, 100, 95, 10))
    before = p.stats()

    p.retire()

    assert p.stats() == before
    assert before["days"]["2025-09-23"] == 2


def test_the_population_goes_on_from_what_everyone_taught(p: Penchant) -> None:
    send(p, range(200, 100, -1))
    p.retire()
    send(p, (3, 2, 1), user="bob")

    assert p.stats()["events"] == 103
    assert p.check().passed


def test_what_is_learned_otherwise_now_begins_anew_and_the_rest_stays(tmp_path: Path) -> None:
    clock = ManualClock()
    with penchant.open(tmp_path, clock=clock, follow=False) as p:
        send(p, (100, 95))
        p.retire()

    with penchant.open(tmp_path, clock=clock, follow=False, session_gap=60) as p:
        profile = p.user("ann").profile()
        assert profile.activity["events"] == 2
        assert profile["sessions"].evidence == 0


@pytest.mark.parametrize("days", [-1, 90, "90", None])
def test_an_age_that_is_none_is_refused(p: Penchant, days: Any) -> None:
    told = timedelta(days=days) if days == -1 else days

    with pytest.raises(InvalidArgument, match="older_than: expected a timedelta"):
        p.retire(older_than=told)


def test_an_archive_that_is_not_named_cannot_take_events(p: Penchant) -> None:
    with pytest.raises(InvalidArgument, match="archive: name its folder"):
        p.retire(archive=True)


def archived(folder: Path) -> Penchant:
    return penchant.open(folder, clock=ManualClock(), follow=False, archive="months")


def test_whole_months_go_to_the_archive(tmp_path: Path) -> None:
    with archived(tmp_path) as p:
        send(p, (125, 95, 92, 10))  # 29 August, 28 September, 1 October

        retired = p.retire()

        assert (retired.events, retired.until) == (2, NOON - 95 * DAY)
        names = [path.name for path in (tmp_path / "months").glob("*/*.parquet")]
        assert sorted(names) == ["2025-08.parquet", "2025-09.parquet"]
        assert p.parts.store.retired() == Retired(left=2)
        assert len(p.user("ann").history()) == clicks(p) == 4
        assert p.user("ann", at=moment(NOON - 100 * DAY)).profile().activity["events"] == 1


def test_a_store_whose_archive_is_not_named_is_not_opened(tmp_path: Path) -> None:
    with archived(tmp_path) as p:
        send(p, (125, 10))
        p.retire()

    with pytest.raises(StoreIncompatible, match="name its folder in the setting 'archive'"):
        penchant.open(tmp_path, follow=False)

    with archived(tmp_path) as p:
        assert clicks(p) == 2


def test_a_process_that_knows_of_no_archive_is_told_instead_of_reading_half(tmp_path: Path) -> None:
    with archived(tmp_path) as one, penchant.open(tmp_path, follow=False) as other:
        send(one, (125, 10))
        assert clicks(other) == 2

        one.retire()

        with pytest.raises(StoreIncompatible, match="setting 'archive'"):
            other.parts.states.replayed("ann")


def test_what_is_archived_can_go_for_good(tmp_path: Path) -> None:
    with archived(tmp_path) as p:
        send(p, (400, 300, 125, 10))
        p.retire()

        retired = p.retire(older_than=timedelta(days=200), archive=False)

        assert (retired.events, p.parts.store.retired().upto) == (2, 2)
        assert len(p.user("ann").history()) == 2
        assert clicks(p) == 4
        assert p.check().passed
        p.retire(archive=False)
        assert not list((tmp_path / "months").glob("*/*.parquet"))
        assert (clicks(p), len(p.user("ann").history())) == (4, 1)


def test_archiving_again_goes_on_where_the_last_one_ended(tmp_path: Path) -> None:
    clock = ManualClock()
    with penchant.open(tmp_path, clock=clock, follow=False, archive="months") as p:
        send(p, (125, 92, 10))
        p.retire()
        clock.advance(40 * DAY)

        assert p.retire().events == 1

        assert len(p.user("ann").history()) == 3
        assert p.check().passed


Break = Callable[[], None]


@pytest.mark.parametrize("archive", [None, "months"])
@pytest.mark.parametrize("after", range(0, 26, 3))
def test_whatever_is_broken_off_is_finished_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, archive: str | None, after: int
) -> None:
    monkeypatch.setattr(retention, "SWEEP", 10)
    monkeypatch.setattr(retention, "PAGE", 10)
    monkeypatch.setattr(retention, "USERS", 2)
    with penchant.open(tmp_path, clock=ManualClock(), follow=False, archive=archive) as p:
        for user in "abcde":
            send(p, range(220, 200, -1), user)
        p.parts.population.catch_up()
        before = {user: p.user(user).profile().to_dict()["readings"] for user in "abcde"}
        calls = iter(range(after))

        def progress(events: int) -> None:
            if next(calls, None) is None:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            p.retire(progress=progress)
        broken = {user: p.user(user).profile().to_dict()["readings"] for user in "abcde"}
        p.retire()

        assert broken == before
        assert {user: p.user(user).profile().to_dict()["readings"] for user in "abcde"} == before
        assert p.check().passed
        raw = p.parts.store if archive is None else None
        assert raw is None or raw.count() == 0


def months(folder: Path, archive: Path, clock: ManualClock) -> Penchant:
    return penchant.open(folder, archive=str(archive), clock=clock, follow=False)


def held(archive: Path) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes()
        for path in archive.rglob("*")
        if path.is_file() and path.name != LOCK
    }


@pytest.mark.parametrize("leave", [{}, {"archive": False}], ids=["archived", "gone"])
def test_the_archive_of_another_store_is_left_as_it_is(
    tmp_path: Path, clock: ManualClock, leave: dict[str, Any]
) -> None:
    archive = tmp_path / "months"
    with (
        months(tmp_path / "one", archive, clock) as one,
        months(tmp_path / "other", archive, clock) as other,
    ):
        send(one, (200, 150, 10))
        one.retire()
        before = held(archive)
        send(other, (220, 160, 120, 20), user="bob")

        if leave:
            other.retire(**leave)
        else:
            with pytest.raises(StoreIncompatible, match="holds the events of another store"):
                other.retire()

        assert held(archive) == before
        assert len(one.user("ann").history()) == 3
        assert clicks(other, "bob") == 4


def test_nothing_is_archived_while_the_archive_is_away(tmp_path: Path, clock: ManualClock) -> None:
    archive, away = tmp_path / "months", tmp_path / "away"
    with months(tmp_path / "one", archive, clock) as p:
        send(p, (200, 100, 10))
        p.retire(older_than=timedelta(days=150))
        archive.rename(away)

        with pytest.raises(StoreIncompatible, match="put its files back"):
            p.retire(older_than=timedelta(days=50))

        assert not archive.exists()
        away.rename(archive)
        assert p.retire(older_than=timedelta(days=50)).events == 1
        assert len(p.user("ann").history()) == 3
        assert p.check().passed


def test_who_reads_archived_files_while_they_go_for_good_reads_again(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "months"
    with (
        months(tmp_path / "one", archive, clock) as p,
        months(tmp_path / "one", archive, clock) as q,
    ):
        send(p, (400, 200, 10))
        p.retire()
        whole = Reader.latest

        def read_late(self: Reader, *arguments: Any) -> Any:
            monkeypatch.setattr(Reader, "latest", whole)
            q.retire(older_than=timedelta(days=100), archive=False)
            return whole(self, *arguments)

        monkeypatch.setattr(Reader, "latest", read_late)
        assert len(p.user("ann").history()) == 1
        assert clicks(p) == 3
