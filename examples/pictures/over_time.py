"""One person's profile over time as a picture: how practised, how engaged, and what they turn to.

    python examples/pictures/over_time.py STORE USER PICTURE.svg

The profile is read again and again as it was at an instant of the past, some thirty times between
the person's first event and the last. People are ranked among everybody as they are known today.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html import escape
from itertools import pairwise
from pathlib import Path

import penchant
from penchant.profile.profile import Profile

STEPS = 30
SHOWN = 5  # categories that get a colour; the others are one
WIDTH, LEFT, RIGHT, TOP, HEIGHT, GAP = 760, 56, 150, 46, 120, 46
COLOURS = ("#2f6f9f", "#d08a2e", "#5b9a68", "#a45c84", "#7a6fb0", "#b8b8b8")
TIERS = ("novice", "intermediate", "proficient", "advanced", "power user")

Point = tuple[float, float]


def main() -> None:
    store, user, picture = sys.argv[1:]
    with penchant.open(store) as p:
        events = p.user(user).history(10_000)[::-1]
        times = [datetime.fromtimestamp(event.at / 1e6, UTC) for event in events]
        places = sorted({len(times) * step // STEPS - 1 for step in range(1, STEPS + 1)} - {-1})
        profiles = [p.user(user, at=times[place]).profile() for place in places]
    Path(picture).write_text(draw(user, times, places, profiles))


def draw(
    user: str, times: Sequence[datetime], places: Sequence[int], profiles: Sequence[Profile]
) -> str:
    """The picture; across it events are counted, not days, since people come and go."""
    xs = [LEFT + (WIDTH - LEFT - RIGHT) * (place + 1) / len(times) for place in places]
    panels = [
        ("Expertise: rank among everybody, 90 % interval; a dot: another tier", _expertise),
        ("Engagement: frequency, recency and depth in one score", _engagement),
    ]
    if any(profile.categories for profile in profiles):
        panels.append(("Categories: share of what the person turns to", _categories))
    parts: list[str] = []
    for number, (title, panel) in enumerate(panels):
        top = TOP + number * (HEIGHT + GAP)
        parts.append(_text(LEFT, top - 10, title, "bold"))
        parts += _frame(top)
        parts += _days(times, top)
        parts += panel(xs, profiles, top)
    bottom = TOP + len(panels) * (HEIGHT + GAP)
    span = f"{len(times):,} events from {times[0]:%Y-%m-%d} to {times[-1]:%Y-%m-%d}"
    parts.append(_text(LEFT, bottom - 8, f"{span}; a dotted line: another day begins"))
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 8}" '
        'font-family="sans-serif" font-size="12" fill="#333" role="img">\n'
        f"<title>{escape(user)}: a profile over time</title>\n"
        f'<rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n'
    )


def _expertise(xs: Sequence[float], profiles: Sequence[Profile], top: float) -> Iterator[str]:
    read = [profile.expertise for profile in profiles]
    known = [(x, one) for x, one in zip(xs, read, strict=True) if one["updates"]]
    low = [(x, _y(top, one["interval"][0])) for x, one in known]
    high = [(x, _y(top, one["interval"][1])) for x, one in known]
    yield _area(low, high, COLOURS[0], 0.2)
    yield _line([(x, _y(top, one["score"])) for x, one in known], COLOURS[0])
    for number, tier in enumerate(TIERS):
        yield _text(WIDTH - RIGHT + 8, _y(top, number / 5 + 0.1) + 4, tier)
    tiers = [one["tier"].replace("_", " ") for one in read]
    for (_, before), (x, after) in pairwise(zip(xs, tiers, strict=True)):
        if before != after:
            y = _y(top, TIERS.index(after) / 5 + 0.1)
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{COLOURS[1]}"/>'


def _engagement(xs: Sequence[float], profiles: Sequence[Profile], top: float) -> Iterator[str]:
    scores = [profile.engagement["score"] for profile in profiles]
    yield _line([(x, _y(top, score)) for x, score in zip(xs, scores, strict=True)], COLOURS[2])
    last = profiles[-1].engagement
    yield _text(WIDTH - RIGHT + 8, _y(top, last["score"]) + 4, f"{last['level']}")


def _categories(xs: Sequence[float], profiles: Sequence[Profile], top: float) -> Iterator[str]:
    shares = [{one["name"]: one["share"] for one in profile.categories} for profile in profiles]
    totals: dict[str, float] = {}
    for known in shares:
        for name, share in known.items():
            totals[name] = totals.get(name, 0.0) + share
    names = sorted(totals, key=lambda name: (-totals[name], name))[:SHOWN]
    floor = [0.0] * len(xs)
    for name, colour in zip([*names, "others"], COLOURS, strict=False):
        ceiling = [
            1.0 if name == "others" else below + known.get(name, 0.0)
            for below, known in zip(floor, shares, strict=True)
        ]
        low = [(x, _y(top, share)) for x, share in zip(xs, floor, strict=True)]
        high = [(x, _y(top, share)) for x, share in zip(xs, ceiling, strict=True)]
        yield _area(low, high, colour, 0.85)
        if ceiling[-1] - floor[-1] > 0.07:
            middle = _y(top, (ceiling[-1] + floor[-1]) / 2)
            yield _text(WIDTH - RIGHT + 8, middle + 4, name[:20])
        floor = ceiling


def _days(times: Sequence[datetime], top: float) -> Iterator[str]:
    """A line where another day begins, with its date where there is room."""
    labelled = 0.0
    for place, (before, after) in enumerate(pairwise(times), start=1):
        if before.date() != after.date():
            x = LEFT + (WIDTH - LEFT - RIGHT) * place / len(times)
            yield f'<path d="M{x:.1f} {top}v{HEIGHT}" stroke="#999" stroke-dasharray="2 3"/>'
            if x - labelled > 70:
                yield _text(x + 3, top + HEIGHT + 14, f"{after:%d %b}")
                labelled = x


def _frame(top: float) -> Iterator[str]:
    for share in (0.0, 0.5, 1.0):
        y = _y(top, share)
        yield f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{share:g}</text>'


def _y(top: float, share: float) -> float:
    return top + HEIGHT * (1.0 - share)


def _line(points: Sequence[Point], colour: str) -> str:
    told = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{told}" fill="none" stroke="{colour}" stroke-width="2"/>'


def _area(low: Sequence[Point], high: Sequence[Point], colour: str, opacity: float) -> str:
    told = " ".join(f"{x:.1f},{y:.1f}" for x, y in [*low, *reversed(high)])
    return f'<polygon points="{told}" fill="{colour}" fill-opacity="{opacity}"/>'


def _text(x: float, y: float, text: str, weight: str = "normal") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-weight="{weight}">{escape(text)}</text>'


if __name__ == "__main__":
    main()
