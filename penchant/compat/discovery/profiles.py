"""Profiles: what a store knows of a user, in the words of the documented learner."""

from __future__ import annotations

import re
from typing import Any

from penchant.compat.discovery.records import (
    BehavioralPattern,
    CategoryPreference,
    GeoPoint,
    InterestWeight,
    LocationPreference,
    TemporalPreference,
    UserPreferenceProfile,
)
from penchant.compat.discovery.rules import LEARNING_RATE
from penchant.core.errors import InvalidArgument
from penchant.core.suggestion import closest
from penchant.measure.patterns import TESTED
from penchant.profile.feature import HALF_LIVES, MEMORIES
from penchant.profile.fold import Folded
from penchant.serve import patterns
from penchant.serve.engine import Penchant
from penchant.state.tally import EVIDENCE, Tally

CALIBRATED, DOCUMENTED = "calibrated", "documented"
RULES = (CALIBRATED, DOCUMENTED)
LATEST = 500  # events in which patterns are looked for
OFTEN = 3  # times that a pattern came true at least
_PLACE = re.compile(r"(-?\d+\.\d),(-?\d+\.\d)")  # a tenth of a degree, as a profile writes it


def check_rule(rule: object) -> None:
    """Raise ``InvalidArgument`` for a rule that is none."""
    if rule not in RULES:
        near = closest(rule, RULES) if isinstance(rule, str) else ""
        raise InvalidArgument("rule", f"expected one of {', '.join(RULES)}, got {rule!r:.60}{near}")


def profile_of(p: Penchant, user: str, rule: str) -> UserPreferenceProfile:
    """The profile of a user. Calibrated, weights fade and confidence grows as the store's settings say;
    documented, by 0.95 a day and as n / (n + 1)."""
    check_rule(rule)
    person = p.user(user)
    profile = person.profile()
    if rule == DOCUMENTED:
        interests, categories = documented(p, user)
    else:
        interests = [_row(one) for one in profile.interests]
        categories = [_row(one) for one in profile.categories]
    return UserPreferenceProfile(
        user_id=user,
        interests=tuple(
            InterestWeight(interest=name, weight=weight * LEARNING_RATE, confidence=confidence)
            for name, weight, confidence, _ in interests
        ),
        categories=tuple(
            CategoryPreference(
                category_id=name, preference=weight * LEARNING_RATE, confidence=confidence
            )
            for name, weight, confidence, _ in categories
        ),
        temporal_preferences=tuple(
            TemporalPreference(time_of_day=part, strength=share)
            for part, share in profile.habits["parts_of_day"].items()
            if share
        ),
        location_preferences=tuple(
            LocationPreference(location=_place(name), strength=share)
            for name, share in profile.surroundings.get("place", {}).items()
        ),
        behavioral_patterns=_patterns(p, user),
        preference_confidence=_overall(interests, categories, rule),
        last_updated=profile.activity["last_seen"],
        learning_rate=LEARNING_RATE,
    )


Row = tuple[str, float, float, int]  # name, weight, confidence, events


def documented(p: Penchant, user: str) -> tuple[list[Row], list[Row]]:
    """Interests and categories by the documented rule, whatever the settings, strongest first."""
    fold, now = p.parts.fold, p.parts.now()
    index = MEMORIES["weeks"].index  # 0.95 a day, kept beside the other memories

    def rows(tally: Tally) -> list[Row]:
        found = []
        for name, weight in tally.weights(HALF_LIVES, index, now).items():
            events = int(tally.rows[name][EVIDENCE])
            found.append((name, weight, events / (events + 1), events))
        return sorted(found, key=lambda row: (-row[1], row[0]))

    def both(folded: Folded) -> tuple[list[Row], list[Row]]:
        return rows(fold.state(folded, "interests")), rows(fold.state(folded, "categories"))

    return p.parts.states.read(user, both)


def _row(told: dict[str, Any]) -> Row:
    return told["name"], told["weight"], told["confidence"], told["evidence"]


def _overall(interests: list[Row], categories: list[Row], rule: str) -> float:
    """How sure all of it is: of categories, or of interests where there are none."""
    rows = categories or interests
    if not rows:
        return 0.0
    if rule == CALIBRATED:
        return max(row[2] for row in rows)
    events = sum(row[3] for row in rows)
    return events / (events + 1)


def _place(name: str) -> GeoPoint | str:
    found = _PLACE.fullmatch(name)
    return name if found is None else GeoPoint(lat=float(found[1]), lon=float(found[2]))


def _patterns(p: Penchant, user: str) -> tuple[BehavioralPattern, ...]:
    events = p.user(user).history(LATEST)[::-1]
    return tuple(
        BehavioralPattern(
            pattern=one.pattern_type,
            frequency=one.frequency,
            confidence=one.confidence,
            description=one.description,
        )
        for one in patterns.of_person(p.parts, user, events, OFTEN, TESTED)
    )
