"""Evolution: how a person's tastes went over the last hundred days and the last two years."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

from penchant.core.instant import DAY, EPOCH, Instant
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import Feature, Reading, Signal
from penchant.profile.features.interests import category
from penchant.state.tiles import DAYS, LONG, SHORT, SINCE, Tiles, first_day, numbers
from penchant.state.trend import QUARTERS, YEARS, season, trend

SURE = 0.05  # of a false trend among all names of a person, on each level
WHY = "each of the last eight whole quarters needs events; those with some: {}"

Counts: TypeAlias = tuple[list[int], list[int]]


@dataclass(frozen=True, slots=True)
class Level:
    """The tiles of one size up to now, by their numbers; how events are counted in one; its first day."""

    tiles: range
    count: Callable[[Tiles, Sequence[int], Iterable[int]], list[int]]
    begins: Callable[[int], int]


class Evolution(Feature[Tiles]):
    """Counts categories by tiles of ten days and by calendar quarters (UTC), which outlive the events.

    Only what has positive weight counts; an event lands in the tile of its own time, however late. Reads
    ``{ten_days, quarters, trends, season}``.

    - The first two: ten tiles of ten days, and nine quarters, up to ``now``, latest first, as ``{from,
      events, shares: {name: share}}``: the day (UTC) on which the tile begins, and shares in [0, 1] of all
      its events. Tiles without events are left out.
    - ``trends``: of each name, the commonest first, ``{name, share, ten_days, quarters}``, the last two being
      ``{slope, interval, p, direction}``, or ``None`` with too few events. The slope is the change of the
      share from tile to tile, in the interval with 90 %; ``rising`` or ``falling`` is said where chance
      would say so for 5 % of people, all names together, else ``steady``.
    - ``season``: ``{names: [{name, ratios, p}], why}``: how many times as often as its share lets expect a
      name comes in each quarter of the year, the first to the fourth, over the last eight whole quarters.
      Without events in each of those there are no names, and ``why`` says so.

    Some dozen names fit; of more, those with the fewest events are forgotten, and of one that is new then
    shares by tile and trends are told from its first whole tile on. Source: docs/design/015-evolution.md.
    """

    name = "evolution"
    needs = "events on items with a category, or with one in their data, in the last two years"
    state = Tiles

    def touches(self, kind: Kind) -> bool:
        return kind.teaches

    def zero(self) -> Tiles:
        return Tiles()

    def step(self, state: Tiles, signal: Signal, item: Item | None) -> None:
        if signal.weight > 0:
            name = category(signal.event, item)
            if name:
                state.add(name, signal.event.at // DAY)

    def merge(self, one: Tiles, other: Tiles) -> Tiles:
        return one.merge(other)

    def read(self, state: Tiles, now: Instant) -> Reading:
        ten_days, quarters = _levels(now // DAY)
        events = {name: _events(state, row, quarters) for name, row in state.rows.items()}
        names = sorted(
            (name for name in events if events[name]), key=lambda name: (-events[name], name)
        )
        known = {name: _known(state, name, quarters) for name in names}
        lately = {name: _known(state, name, ten_days) for name in names}
        value = {
            "ten_days": list(_periods(state, ten_days, lately)),
            "quarters": list(_periods(state, quarters, known)),
            "trends": [
                {
                    "name": name,
                    "share": events[name] / _events(state, state.total, quarters),
                    "ten_days": _trend(lately[name], SURE / len(names)),
                    "quarters": _trend(known[name], SURE / len(names)),
                }
                for name in names
            ],
            "season": _season(state, quarters, known),
        }
        return Reading(value, state.events(), "two years")


def _levels(today: int) -> tuple[Level, Level]:
    short, long = numbers(today)
    return (
        Level(range(short - SHORT + 1, short + 1), Tiles.short, lambda tile: tile * DAYS),
        Level(range(long - LONG + 1, long + 1), Tiles.long, first_day),
    )


def _events(state: Tiles, row: Sequence[int], level: Level) -> int:
    return sum(level.count(state, row, level.tiles))


def _known(state: Tiles, name: str, level: Level) -> Counts:
    """Events of the name and of all in each tile; none of either where the name was not followed yet."""
    row = state.rows[name]
    since = row[SINCE]
    counts = level.count(state, row, level.tiles), level.count(state, state.total, level.tiles)
    if since:
        for place, tile in enumerate(level.tiles):
            if level.begins(tile) // DAYS <= since:
                counts[0][place] = counts[1][place] = 0
    return counts


def _periods(state: Tiles, level: Level, known: dict[str, Counts]) -> Iterator[dict[str, Any]]:
    totals = level.count(state, state.total, level.tiles)
    for place, events in reversed(list(enumerate(totals))):
        if events:
            yield {
                "from": (EPOCH + timedelta(level.begins(level.tiles[place]))).date().isoformat(),
                "events": events,
                "shares": {
                    name: counts[place] / events
                    for name, (counts, _) in known.items()
                    if counts[place]
                },
            }


def _trend(counts: Counts, sure: float) -> dict[str, Any] | None:
    found = trend(*counts)
    if found is None:
        return None
    moving = "rising" if found.slope > 0 else "falling"
    return {
        "slope": found.slope,
        "interval": [found.low, found.high],
        "p": found.p,
        "direction": moving if found.p <= sure else "steady",
    }


def _season(state: Tiles, level: Level, known: dict[str, Counts]) -> dict[str, Any]:
    """What comes and goes with the year, by the last two years' worth of whole quarters."""
    whole = slice(-QUARTERS * YEARS - 1, -1)
    filled = sum(map(bool, level.count(state, state.total, level.tiles[whole])))
    if filled < QUARTERS * YEARS:
        return {"names": [], "why": WHY.format(filled)}
    first = level.tiles[whole][0] % QUARTERS  # quarter of the year that the two years begin with
    names = []
    for name, (counts, totals) in known.items():
        found = season(counts[whole], totals[whole])
        if found is not None:
            ratios = [found.ratios[(part - first) % QUARTERS] for part in range(QUARTERS)]
            names.append({"name": name, "ratios": ratios, "p": found.p})
    return {"names": names, "why": None}
