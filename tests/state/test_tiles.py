from __future__ import annotations

from random import Random

import msgspec
import pytest

from penchant.state.tiles import DAYS, NAME, SHORT, SIZE, Tiles, numbers

TODAY = 20_500
SHORT_NOW, LONG_NOW = numbers(TODAY)


def tiled(*told: tuple[str, int]) -> Tiles:
    """Tiles after (name, days before today)."""
    tiles = Tiles()
    for name, ago in told:
        tiles.add(name, TODAY - ago)
    return tiles


def both(tiles: Tiles, name: str, ago: int) -> tuple[int, int]:
    """Events of the name in the short tile and in the quarter of a day."""
    short, long = numbers(TODAY - ago)
    row = tiles.rows[name]
    return tiles.short(row, [short])[0], tiles.long(row, [long])[0]


def test_an_event_counts_in_its_ten_days_and_in_its_quarter() -> None:
    tiles = tiled(("tea", 0), ("tea", 0), ("tea", 50))

    assert both(tiles, "tea", 0) == (2, 3 if numbers(TODAY)[1] == numbers(TODAY - 50)[1] else 2)
    assert both(tiles, "tea", 50)[0] == 1


def test_ten_days_are_known_for_some_ninety_days_and_quarters_for_two_years() -> None:
    tiles = tiled(("tea", 150), ("tea", 700), ("tea", 0))

    assert both(tiles, "tea", 150)[0] == 0
    assert both(tiles, "tea", 150)[1] >= 1
    assert both(tiles, "tea", 700) == (0, 1)


def test_what_lies_before_the_quarters_is_left_out_whether_it_comes_early_or_late() -> None:
    assert tiled(("old", 3_000), ("tea", 0)) == tiled(("tea", 0), ("old", 3_000))


def test_the_order_of_events_does_not_matter() -> None:
    told = [(name, ago) for name in ("tea", "run", "art") for ago in range(0, 1_200, 37)]
    shuffled = list(told)
    Random(3).shuffle(shuffled)

    one, other = tiled(*told), tiled(*shuffled)

    assert (one.total, one.rows) == (other.total, other.rows)


def test_two_halves_of_a_history_add_up() -> None:
    told = [(name, ago) for name in ("tea", "run") for ago in range(0, 1_200, 31)]

    halves = tiled(*told[::2]).merge(tiled(*told[1::2]))

    assert (halves.total, halves.rows) == (tiled(*told).total, tiled(*told).rows)


def test_beyond_its_size_the_names_with_the_fewest_events_are_forgotten_but_counted() -> None:
    often = [("tea", ago) for ago in range(90)]
    tiles = tiled(*often, *((f"once {n}", n) for n in range(60)))

    assert tiles.full
    assert "tea" in tiles.rows
    assert tiles.events() == 150
    assert len(msgspec.msgpack.encode(tiles)) <= SIZE


def test_a_name_that_comes_after_others_were_forgotten_is_known_from_then_on() -> None:
    tiles = tiled(*((f"once {n}", n) for n in range(60)))
    tiles.add("new", TODAY)

    assert tiles.rows["new"][0] == SHORT_NOW
    assert "new" not in tiles.counts([SHORT_NOW], SHORT_NOW - 8)
    assert "new" in tiles.counts([SHORT_NOW], SHORT_NOW + 1)


def test_a_name_that_one_half_may_have_forgotten_is_known_from_now_on() -> None:
    full = tiled(*((f"once {n}", n) for n in range(60)))

    merged = full.merge(tiled(("tea", 30)))

    assert merged.full
    assert "tea" not in merged.rows or merged.rows["tea"][0] == SHORT_NOW


def test_a_name_that_is_too_long_counts_among_the_others() -> None:
    tiles = tiled(("é" * NAME, 0), ("tea", 0))

    assert tiles.counts([SHORT_NOW], 0) == {"tea": 1, "": 1}


def test_many_events_of_long_names_stay_within_the_size() -> None:
    tiles = Tiles()
    for number in range(3_000):
        tiles.add(f"{number % 9}" * (NAME // 2), TODAY - number * 7 % 900)
        assert len(msgspec.msgpack.encode(tiles)) <= SIZE


def test_of_an_empty_state_nothing_is_known() -> None:
    assert Tiles().counts(range(SHORT_NOW - 3, SHORT_NOW), 0) == {}
    assert Tiles().events() == 0


@pytest.mark.parametrize("ago", [0, 9, 10, 89])
def test_a_tile_is_ten_days_long(ago: int) -> None:
    tiles = tiled(("tea", ago), ("run", 0))

    found = [n for n in range(SHORT_NOW - SHORT + 1, SHORT_NOW + 1) if tiles.counts([n], 0)]

    assert {SHORT_NOW, (TODAY - ago) // DAYS} == set(found)
