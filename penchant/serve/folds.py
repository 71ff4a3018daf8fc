"""The two folds of a store: of one person, and of everyone."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from penchant.core.kinds import Kinds
from penchant.core.settings import Settings, parts_of_day
from penchant.measure.usage import Usage
from penchant.personalise.candidates.covisitation import Covisitation
from penchant.personalise.candidates.popularity import Popularity
from penchant.profile.features import features
from penchant.profile.fold import Fold
from penchant.profile.successions import Successions
from penchant.profile.zones import Zones
from penchant.state.decay import HalfLives


def person_fold(settings: Settings, kinds: Kinds) -> Fold:
    """The fold of one person's events under these settings."""
    zone, parts = ZoneInfo(settings.zone), parts_of_day(settings.parts_of_day)
    kappa, memory = settings.rating_kappa, settings.taste_memory
    return Fold(features(zone, settings.session_gap, parts, kappa, memory), kinds)


def crowd_fold(settings: Settings, kinds: Kinds) -> Fold:
    """The fold of everybody's events under these settings."""
    return Fold(
        (
            Popularity(settings.popularity_half_life),
            Covisitation(settings.covisitation_half_life),
            Usage(),
            Successions(settings.session_gap),
            Zones(),
        ),
        kinds,
        HalfLives.of(),  # each of them decays in its own way
    )
