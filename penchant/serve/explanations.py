"""Explanations: where a reading of a person comes from, found by folding their events again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penchant.core.errors import InvalidArgument
from penchant.core.instant import Instant
from penchant.core.suggestion import closest
from penchant.profile.explanation import LATEST, Explanation, explain
from penchant.profile.features.activity import Activity

if TYPE_CHECKING:
    from penchant.serve.parts import Parts

MOST = 100  # events answered at most


def of_reading(parts: Parts, user: str, name: str, at: Instant | None, limit: int) -> Explanation:
    """What ``User.explain`` answers for a reading. Raises ``InvalidArgument``."""
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MOST:
        raise InvalidArgument("limit", f"expected 1 to {MOST}, got {limit!r}")
    fold = parts.fold
    features = {feature.name: feature for feature in fold.features}
    if not isinstance(name, str) or name not in features:
        near = closest(name, features) if isinstance(name, str) else ""
        raise InvalidArgument(
            "reading", f"no reading is called {name!r:.60}{near}; there are {', '.join(features)}"
        )
    folded, tail = parts.states.told(user, until=at)
    before, latest = tail[:-LATEST], tail[-LATEST:]
    fold.extend(folded, before, parts.shelf.find)
    earlier = fold.state(folded, fold.feature(Activity).name).events
    now = parts.now() if at is None else at
    reading, because, changing = explain(
        fold, folded, latest, parts.shelf.find, name, now, parts.population.norms(), limit
    )
    return Explanation(
        user=user,
        name=name,
        as_of=now,
        reading=reading,
        because=tuple(because),
        changing=changing,
        looked_at=len(latest),
        earlier=earlier,
        needs=features[name].needs,
    )
