"""The doctor names what is amiss in plain words, and is silent where nothing is."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

import penchant
from penchant.core.ports import SaveSnapshots
from penchant.serve.doctor import before_opening, examine
from penchant.serve.engine import Penchant


def said(p: Penchant, user: str | None = None) -> list[tuple[str, str]]:
    return [(finding.about, finding.sentence) for finding in examine(p, user)]


def healthy(p: Penchant) -> Penchant:
    p.item("tea")
    p.item("cups")
    p.track("ann", "purchase", "tea", durable=True)
    p.track("bob", "purchase", "cups", durable=True)
    return p


def test_a_sound_store_and_user_give_no_findings(p: Penchant) -> None:
    assert said(healthy(p), "ann") == []


def test_an_empty_log_is_the_only_finding(p: Penchant) -> None:
    assert said(p, "ann") == [
        (
            "log",
            "the log is empty: nobody can get anything yet; import a log with "
            "'penchant import FILE', or track an event",
        )
    ]


def test_undeclared_kinds_are_counted_and_the_closest_named(p: Penchant) -> None:
    healthy(p)
    p.track_many([{"user": "ann", "kind": "purchas", "item": "tea"}] * 2)
    p.track("ann", "zzz", "tea", durable=True)

    assert said(p) == [
        (
            "kinds",
            "the kind 'purchas' of 2 events is not declared and weighs 0.1; closest is "
            "'purchase'; map it to that one, or declare it, in kinds.toml",
        ),
        (
            "kinds",
            "the kind 'zzz' of 1 event is not declared and weighs 0.1; "
            "declare it, or map it to another, in kinds.toml",
        ),
    ]


def test_items_that_the_catalogue_lacks_are_named(p: Penchant) -> None:
    healthy(p)
    p.track("ann", "view", "pot", durable=True)

    assert said(p) == [
        (
            "catalogue",
            "the catalogue lacks 1 item, such as pot, of 1 event among the latest; "
            "put them in, their events then count again",
        )
    ]


def test_an_empty_catalogue_is_said(p: Penchant) -> None:
    p.track("ann", "view", "pot", durable=True)

    assert [about for about, _ in said(p)] == ["catalogue"]


def test_an_unknown_user_gets_the_closest_name(p: Penchant) -> None:
    healthy(p)

    assert said(p, "Annn") == [("user", "no event names the user 'Annn'; closest is 'ann'")]
    assert said(p, "zzzzz") == [
        ("user", "no event names the user 'zzzzz'; there are such as 'ann', 'bob'")
    ]


def test_users_whose_events_teach_nothing_are_explained(p: Penchant) -> None:
    healthy(p)
    p.track("cleo", "search", text="tea", durable=True)
    p.track("dan", "exposure", "tea", durable=True)

    assert said(p, "cleo")[0][1].startswith(
        "no event of 'cleo' names an item, of the latest 1: map"
    )
    assert said(p, "dan")[0][1].startswith("the events of 'dan' only say what was shown or told")


def test_a_user_who_has_seen_it_all_is_explained(tmp_path: Path) -> None:
    with Penchant(tmp_path, follow=False, seen="hide") as p:
        p.item("tea")
        p.track("ann", "view", "tea", durable=True)

        ((about, sentence),) = said(p, "ann")

    assert about == "offers"
    assert sentence.startswith("'ann' knows every item already and the setting seen = 'hide'")


def test_a_user_who_has_just_touched_it_all_is_explained(tmp_path: Path) -> None:
    with Penchant(tmp_path, follow=False) as p:
        p.item("tea")
        p.track("ann", "purchase", "tea", durable=True)

        ((about, sentence),) = said(p, "ann")

    assert about == "offers"
    assert sentence == (
        "'ann' knows every item already and the setting seen = 'fade' holds back what was just "
        "touched; wait, ask with seen='keep', or bring new items"
    )


def test_a_catalogue_without_anything_available_is_explained(p: Penchant) -> None:
    p.item("tea", available=False)
    p.track("ann", "view", "tea", durable=True)

    ((about, sentence),) = said(p, "ann")

    assert about == "offers"
    assert sentence.startswith("no item can be offered")


def test_snapshots_of_another_version_are_counted(p: Penchant) -> None:
    healthy(p)
    p.user("ann").profile()
    p.flush()
    snapshot = p.parts.store.load("user", "ann")
    assert snapshot is not None
    p.parts.writer.write(SaveSnapshots((snapshot._replace(fingerprint="old"),)))

    ((about, sentence),) = said(p)

    assert about == "snapshots"
    assert sentence.startswith("1 of 3 snapshots looked at are of another version")


def test_a_population_that_is_far_behind_is_said(p: Penchant) -> None:
    healthy(p)
    p.track_many([{"user": "ann", "kind": "view", "item": "tea"}] * 1_500)

    (about, sentence), *_ = said(p)

    assert about == "population"
    assert "lacks the last 1,502 positions of the log" in sentence


@pytest.mark.parametrize(
    ("name", "text", "about", "start"),
    [
        ("penchant.toml", "zon = 'UTC'", "settings",
         "the settings cannot be used: zon: no such setting in penchant.toml; closest is 'zone'"),
        ("penchant.toml", "zone", "settings", "the settings cannot be used: "),
        ("kinds.toml", "[own]\nx = { wight = 1 }", "kinds", "the kinds cannot be used: "),
    ],
)  # fmt: skip
def test_files_that_cannot_be_used_are_named(
    tmp_path: Path, name: str, text: str, about: str, start: str
) -> None:
    (tmp_path / name).write_text(text)

    (finding,) = before_opening(str(tmp_path))

    assert finding.about == about
    assert finding.sentence.startswith(start)


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)

    (finding,) = before_opening(str(tmp_path))

    assert finding.about == "folder"
    assert finding.sentence.endswith("cannot be written: nothing can be stored; make it writable")


def test_a_disk_that_is_nearly_full_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")  # as shutil has it
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(100 << 30, 100 << 30, 3 << 20))

    (finding,) = before_opening(str(tmp_path))

    assert finding.about == "disk"
    assert "has 3 MB left; make room before writes are refused" in finding.sentence


def turned(p: Penchant) -> Penchant:
    """A store where ann likes tea for 40 days and cups for 10 more."""
    p.put_items([{"id": "tea", "category": "drink"}, {"id": "cups", "category": "kitchen"}])
    p.track_many(
        [
            {
                "user": "ann",
                "kind": "click",
                "item": "tea" if day < 20_040 else "cups",
                "at": 86_400 * day,
            }
            for day in range(20_000, 20_050)
        ]
    )
    p.item("new")
    return p


def test_a_change_of_tastes_is_told_with_what_becomes_of_it(p: Penchant) -> None:
    [sentence] = [told for about, told in said(turned(p), "ann") if about == "drift"]

    assert sentence == (
        "the tastes of 'ann' have changed since 2024-11-22T00:00:00Z: the last 20 events that show it "
        "differ from those before more than chance would have it; what is expected of their categories "
        "rests on what came since; the setting taste_memory = 'months' has it rest on everything"
    )


def test_an_unusual_day_is_told_with_what_is_usual(p: Penchant) -> None:
    p.put_items([{"id": "tea"}, {"id": "new"}])
    p.track_many(
        [
            {"user": "ann", "kind": "click", "item": "tea", "at": 86_400 * day + number}
            for day in range(20_000, 20_010)
            for number in range(10 if day < 20_009 else 400)
        ]
    )

    [sentence] = [told for about, told in said(p, "ann") if about == "anomaly"]

    assert sentence.startswith(
        "'ann' was not as usual on 2024-10-13: 400 events; usual are 10.3, nine of ten days have "
    )
    assert sentence.endswith("by 9 days before")


def test_a_memory_that_was_told_is_said_not_to_react(tmp_path: Path) -> None:
    with penchant.open(tmp_path, follow=False, taste_memory="always") as p:
        [sentence] = [told for about, told in said(turned(p), "ann") if about == "drift"]

    assert sentence.endswith(
        "the setting taste_memory = 'always' has what is expected rest on what came before as well; "
        "'learned' reacts"
    )
