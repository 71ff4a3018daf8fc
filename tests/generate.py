"""Generated events and items: few names, so that they meet; any order of times."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from penchant.core.event import Event
from penchant.core.instant import DAY, MINUTE
from penchant.core.item import Item
from tests.conftest import NOON

USERS = ("ann", "bob", "cyd")
ITEMS = ("run", "swim", "tea", "bike")
KINDS = (
    "click",
    "view",
    "purchase",
    "rating",
    "dislike",
    "command",
    "exposure",
    "traits",
    "preferences",
    "made_up",
)

# Minutes before noon: close together, days apart, and years apart.
AGES = st.one_of(
    st.integers(0, 90), st.integers(0, 60 * 24 * 20), st.integers(0, 60 * 24 * 365 * 30)
)


@st.composite
def fields(draw: st.DrawFn, users: tuple[str, ...] = USERS) -> dict[str, Any]:
    """An event as an application would send it, without an id."""
    kind = draw(st.sampled_from(KINDS))
    told: dict[str, Any] = {
        "user": draw(st.sampled_from(users)),
        "kind": kind,
        "at": (NOON - draw(AGES) * MINUTE) / 1e6,
        "item": draw(st.sampled_from((None, *ITEMS))),
        "session": draw(st.sampled_from((None, None, "s1", "s2"))),
        "value": draw(st.sampled_from((None, 1, 2.5, 5, -3))),
        "success": draw(st.sampled_from((None, True, False))),
        "duration_ms": draw(st.sampled_from((None, 0, 12.5, 1e6))),
        "text": draw(st.sampled_from((None, "ls -l", "cd /tmp", "  "))),
        "error": draw(st.sampled_from((None, None, "no such file"))),
        "request": draw(st.sampled_from((None, None, "r1", "r2"))),
        "position": draw(st.sampled_from((None, 0, 1, 60))),
    }
    if kind == "traits":
        told["data"] = draw(
            st.sampled_from(({"zone": "Asia/Tokyo"}, {"role": "cook"}, {"role": None, "zone": "x"}))
        )
    elif kind == "preferences":
        told["data"] = draw(
            st.sampled_from(
                ({"layout": "compact"}, {"layout": None, "density": "low"}, {"layout": "odd"})
            )
        )
        told["context"] = draw(st.sampled_from(({"role": "cook"}, {"device": "ios"}, {})))
    elif draw(st.booleans()):
        told["data"] = {"tags": ["own"], "category": "own"}
    return {name: value for name, value in told.items() if value is not None}


@st.composite
def events(draw: st.DrawFn, max_size: int = 30, users: tuple[str, ...] = ("ann",)) -> list[Event]:
    """Events as the log keeps them, with ids of their own, in any order of times."""
    count = draw(st.integers(0, max_size))
    offset = st.sampled_from((None, None, 0, 330, -480))
    made = []
    for number in range(count):
        told = draw(fields(users))
        at = round(told.pop("at") * 1e6)
        for name in ("value", "duration_ms"):
            if name in told:
                told[name] = float(told[name])
        made.append(Event(id=f"e{number}", at=at, offset=draw(offset), **told))
    return made


def in_time_order(made: list[Event]) -> list[Event]:
    return sorted(made, key=lambda event: event.at)


CATALOGUE = {
    "run": Item(id="run", category="sport", tags=("outdoor", "fast")),
    "swim": Item(id="swim", category="sport", tags=("water",)),
    "tea": Item(id="tea", category="drink", tags=("hot",)),
}

__all__ = ["CATALOGUE", "DAY", "events", "fields", "in_time_order"]
