"""Statistics of a store: what its rollups say of a window, beside what was shown and clicked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from penchant.core.errors import InvalidArgument
from penchant.core.instant import Instant, span
from penchant.measure.rollups import Rollups, State
from penchant.measure.statistics import Analysis, Statistics
from penchant.measure.usage import Usage

if TYPE_CHECKING:
    from penchant.profile.fold import Folded
    from penchant.serve.parts import Parts

LONGEST = timedelta(days=36_500)
HOUR = timedelta(hours=1)


class Known(NamedTuple):
    """What everyone's states say: a copy of the rollups, exposures and clicks, unknown items."""

    rollups: State
    clicks: dict[str, Any]
    unknown: int


def stats(parts: Parts, window: timedelta | None) -> dict[str, Any]:
    """All that ``Penchant.stats`` answers. Raises ``InvalidArgument``."""
    covered = None if window is None else _span(window)
    known = _known(parts)
    told = _of_window(parts, known, covered).to_dict()
    if window is None:
        told |= {**known.clicks, "events_unknown_item": known.unknown}
    return {**told, "waiting": parts.writer.waiting()}


def analysis(parts: Parts, hours: float) -> Analysis:
    """All that ``Penchant.analyze`` answers. Raises ``InvalidArgument``."""
    most = LONGEST // HOUR
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 < hours <= most:
        raise InvalidArgument("hours", f"expected a number above 0, at most {most}, got {hours!r}")
    covered = max(span(hours * HOUR), 1)
    return Analysis.of(hours, _of_window(parts, _known(parts), covered))


def _known(parts: Parts) -> Known:
    """Copied in a moment, so that decisions do not wait for what is made of it."""
    parts.writer.settle_all()
    crowd, encode = parts.crowd, msgspec.msgpack.encode
    rollups, usage = crowd.feature(Rollups), crowd.feature(Usage)

    def copy(folded: Folded) -> tuple[bytes, dict[str, Any], int]:
        clicks = usage.read(crowd.state(folded, usage.name), 0).value
        return encode(crowd.state(folded, rollups.name)), clicks, folded.unknown

    body, clicks, unknown = parts.population.read(copy)
    return Known(msgspec.msgpack.decode(body, type=State), clicks, unknown)


def _of_window(parts: Parts, known: Known, covered: Instant | None) -> Statistics:
    return parts.crowd.feature(Rollups).window(known.rollups, covered, parts.now())


def _span(window: object) -> Instant:
    if not isinstance(window, timedelta) or not timedelta(0) < window <= LONGEST:
        raise InvalidArgument(
            "window", f"expected a timedelta above 0, at most 100 years, got {window!r}"
        )
    return span(window)
