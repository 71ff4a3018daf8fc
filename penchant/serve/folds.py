"""The two folds of a store: of one person, and of everyone."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from penchant.core.kinds import Kinds
from penchant.core.settings import Settings, parts_of_day
from penchant.measure.rollups import Rollups
from penchant.measure.usage import Usage
from penchant.personalise.candidates.covisitation import Covisitation
from penchant.personalise.candidates.popularity import Popularity
from penchant.profile.choices import Choices
from penchant.profile.features import features
from penchant.profile.features.anomaly import Anomaly, Days
from penchant.profile.features.expertise import Expertise, Skills
from penchant.profile.features.interests import Categories, Interests
from penchant.profile.fold import Fold
from penchant.profile.panel import Panel
from penchant.profile.present import Present
from penchant.profile.successions import Successions
from penchant.profile.tastes import Tastes
from penchant.profile.zones import Zones
from penchant.state.decay import HalfLives


def person_fold(settings: Settings, kinds: Kinds) -> Fold:
    """The fold of one person's events under these settings."""
    zone, parts = ZoneInfo(settings.zone), parts_of_day(settings.parts_of_day)
    return Fold(
        features(
            zone,
            settings.session_gap,
            parts,
            settings.rating_kappa,
            settings.taste_memory,
            settings.confidence,
        ),
        kinds,
    )


def crowd_fold(settings: Settings, kinds: Kinds) -> Fold:
    """The fold of everybody's events under these settings."""
    return Fold(
        (
            Popularity(settings.popularity_half_life),
            Covisitation(settings.covisitation_half_life),
            Usage(),
            Rollups(),
            Successions(settings.session_gap),
            Zones(),
            Choices(),
            Present(),
            Panel(
                (
                    Tastes(Interests()),
                    Tastes(Categories()),
                    Skills(Expertise(settings.session_gap)),
                    Days(Anomaly(ZoneInfo(settings.zone))),
                )
            ),
        ),
        kinds,
        HalfLives.of(),  # each of them decays in its own way
    )
