from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

import penchant
from penchant.core.errors import InvalidArgument, StoreIncompatible
from penchant.core.instant import DAY
from penchant.serve.engine import Penchant
from penchant.serve.transfer import copying
from tests.conftest import NOON, ManualClock
from tests.generate import CATALOGUE, USERS, fields
from tests.servers.databases import Databases
from tests.servers.postgres import PASSWORD

Open = Callable[..., Penchant]


def opened(place: Path | str, **settings: Any) -> Penchant:
    return penchant.open(place, clock=ManualClock(), follow=False, **settings)


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Penchant]:
    with opened(tmp_path / "source") as p:
        yield p


def fill(p: Penchant, days: range = range(100, 90, -1), named: str = "e") -> None:
    """A click a day on tea and on something the catalogue does not know; tea changes midway."""
    p.put_items([{"id": "tea", "category": "drink"}, {"id": "gone", "category": "drink"}])
    for day in days:
        if day == days[len(days) // 2]:
            p.item("tea", category="food")
        p.track_many(
            {
                "id": f"{named}{day}-{user}",
                "user": user,
                "kind": "click",
                "item": item,
                "at": (NOON - day * DAY) / 1e6,
            }
            for user, item in (("ann", "tea"), ("bob", "tea"), ("bob", "unknown"))
            if not (user == "bob" and item == "tea")
        )
    if p.find_item("gone"):
        p.remove_item("gone")


@contextmanager
def both(source: Penchant, place: Path | str) -> Iterator[tuple[Penchant, Penchant]]:
    with opened(place) as target:
        yield source, target


def assert_alike(one: Penchant, other: Penchant) -> None:
    for p in (one, other):
        p.parts.population.catch_up()  # nobody follows here, and profiles are read beside everybody's
    for user in USERS:
        first, second = (p.user(user).profile().to_dict()["readings"] for p in (one, other))
        assert first == second
        assert one.user(user).history(1_000) == other.user(user).history(1_000)
        slate, alike = (p.user(user).recommend(5, seen="keep").items for p in (one, other))
        assert slate == alike
    assert one.parts.store.items() == other.parts.store.items()
    assert one.stats()["kinds"] == other.stats()["kinds"]
    assert other.check().passed


@pytest.fixture(params=["folder", "database"])
def to(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "folder":
        return str(tmp_path / "copy")
    url: str = request.getfixturevalue("database")
    return url


def test_the_copy_knows_decides_and_holds_the_same(source: Penchant, to: str) -> None:
    fill(source)

    copied = source.copy(to)

    assert (copied.events, copied.known, copied.compared, copied.passed) == (20, 0, 2, True)
    with opened(to) as target:
        assert_alike(source, target)
        assert target.parts.store.versions(["tea"])["tea"][1].item.category == "food"


def test_a_database_goes_back_into_a_folder(database: str, tmp_path: Path) -> None:
    with opened(database) as p:
        fill(p)
        p.retire(older_than=timedelta(days=95))

        assert p.copy(tmp_path / "copy").passed

        with opened(tmp_path / "copy") as target:
            assert_alike(p, target)


def test_what_came_since_is_brought_by_a_further_run(source: Penchant, to: str) -> None:
    fill(source)
    source.copy(to)
    source.item("gone", category="back")
    source.item("new", category="drink")
    source.item("tea", category="drink", title="Tea")
    source.track_many(
        [{"id": "x", "user": "cyd", "kind": "click", "item": "new", "at": NOON / 1e6}]
    )
    source.remove_item("new")

    copied = source.copy(to)

    assert (copied.events, copied.passed) == (1, True)
    with opened(to) as target:
        assert_alike(source, target)
    again = source.copy(to)
    assert (again.events, again.items, again.passed) == (0, 0, True)


@pytest.mark.parametrize("after", range(0, 20, 3))
def test_a_copy_that_is_broken_off_goes_on_where_it_was(
    source: Penchant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    fill(source)
    monkeypatch.setattr(copying, "PAGE", 1)
    calls = iter(range(after))

    def progress(done: int, share: float | None) -> None:
        if next(calls, None) is None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        source.copy(tmp_path / "copy", progress=progress)
    copied = source.copy(tmp_path / "copy")

    assert copied.passed
    assert copied.known == 0
    with opened(tmp_path / "copy") as target:
        assert_alike(source, target)
        assert target.parts.store.count() == 20


def test_what_retired_events_taught_goes_along_and_their_ids_stay_refused(
    source: Penchant, to: str
) -> None:
    fill(source)
    assert source.retire(older_than=timedelta(days=95)).events == 10

    assert source.copy(to).passed

    with opened(to) as target:
        assert_alike(source, target)
        assert target.user("ann").profile().activity["events"] == 10
        again = target.track_many(
            [{"id": "e100-ann", "user": "ann", "kind": "click"}, {"user": "ann", "kind": "click"}]
        )
        assert (again.accepted, again.duplicates) == (1, 1)


def test_an_archive_is_copied_as_part_of_the_log(tmp_path: Path) -> None:
    with opened(tmp_path / "source", archive="months") as p:
        fill(p)
        p.retire()

        assert p.copy(tmp_path / "copy").passed

        with opened(tmp_path / "copy") as target:
            assert_alike(p, target)
            assert target.parts.store.count() == 20


def test_events_that_left_before_they_were_copied_are_missed_loudly(
    source: Penchant, tmp_path: Path
) -> None:
    fill(source)
    source.copy(tmp_path / "copy")
    fill(source, range(80, 78, -1), "later")
    source.retire(older_than=timedelta(0))

    with pytest.raises(StoreIncompatible, match="left the source before they were copied"):
        source.copy(tmp_path / "copy")


def test_events_that_leave_while_it_is_copied_are_missed_loudly(
    source: Penchant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "PAGE", 5)
    fill(source)

    def retire(done: int, share: float | None) -> None:
        source.retire(older_than=timedelta(0))

    with pytest.raises(StoreIncompatible, match="left the source before they were copied"):
        source.copy(tmp_path / "copy", check=False, progress=retire)


def test_a_place_that_holds_something_else_is_refused(source: Penchant, tmp_path: Path) -> None:
    fill(source)
    with opened(tmp_path / "full") as p:
        p.track("ann", "click")
    with opened(tmp_path / "other") as p:
        p.copy(tmp_path / "copy")

    with pytest.raises(InvalidArgument, match=r"to: .*full is not empty"):
        source.copy(tmp_path / "full")
    with pytest.raises(InvalidArgument, match=r"to: .*copy holds the copy of another store"):
        source.copy(tmp_path / "copy")
    (tmp_path / "link").symlink_to(tmp_path / "source")
    for itself in (
        tmp_path / "source",
        tmp_path / "link",
        os.path.relpath(tmp_path / "source"),
        f"{tmp_path}/source/",
    ):
        with pytest.raises(InvalidArgument, match="is the store itself"):
            source.copy(itself)


@pytest.mark.parametrize("way", ["source", "link", "source/", "link/../source"])
def test_the_store_itself_is_refused_by_whatever_name(
    source: Penchant, tmp_path: Path, way: str
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "source")

    with pytest.raises(InvalidArgument, match="is the store itself; name a new place"):
        source.copy(f"{tmp_path}/{way}")


def test_a_database_is_itself_also_where_its_address_has_a_password(database: str) -> None:
    with opened(database) as p, pytest.raises(InvalidArgument, match="is the store itself") as said:
        p.copy(database)

    assert PASSWORD in database
    assert PASSWORD not in str(said.value)


def test_a_difference_is_named(source: Penchant, tmp_path: Path) -> None:
    fill(source)
    source.copy(tmp_path / "copy")
    with opened(tmp_path / "copy") as target:
        target.track("ann", "click", "tea")

    copied = source.copy(tmp_path / "copy")

    assert (copied.differing, copied.population_differs, copied.passed) == (("ann",), True, False)


PUTS = st.tuples(st.sampled_from(sorted(CATALOGUE)), st.sampled_from(("sport", "drink", "new")))
STORY = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.lists(fields(), max_size=6)),
        st.tuples(st.just("put"), PUTS),
        st.tuples(st.just("remove"), st.sampled_from(sorted(CATALOGUE))),
        st.tuples(st.just("copy"), st.none()),
    ),
    max_size=14,
)


def live(p: Penchant, story: Any, to: Path | str) -> None:
    for number, (action, subject) in enumerate(story):
        match action:
            case "send":
                p.track_many({"id": f"{number}-{n}", **told} for n, told in enumerate(subject))
            case "put":
                tags = list(CATALOGUE[subject[0]].tags)
                p.put_items([{"id": subject[0], "tags": tags, "category": subject[1]}])
            case "remove":
                if subject in p.parts.store.current([subject]):
                    p.remove_item(subject)
            case "copy":
                assert p.copy(to).passed


@given(story=STORY)
@examples(max_examples=40)
def test_any_story_copied_in_any_portions_is_the_same_story(
    tmp_path_factory: pytest.TempPathFactory, story: Any
) -> None:
    folder = tmp_path_factory.mktemp("copies")
    with opened(folder / "source") as p:
        live(p, [*story, ("copy", None)], folder / "copy")

        with opened(folder / "copy") as target:
            assert_alike(p, target)


@given(story=STORY)
@examples(max_examples=6)
def test_any_story_goes_to_a_database_and_back(
    tmp_path_factory: pytest.TempPathFactory, databases: Databases, story: Any
) -> None:
    folder = tmp_path_factory.mktemp("copies")
    with databases() as url, opened(folder / "source") as p:
        live(p, [*story, ("copy", None)], url)

        with opened(url) as between:
            assert between.copy(folder / "back").passed
        with opened(folder / "back") as target:
            assert_alike(p, target)
