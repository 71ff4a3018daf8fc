from __future__ import annotations

import copy
import pickle

import pytest

from penchant.profile.feature import Reading
from penchant.profile.profile import Profile
from tests.conftest import NOON

PROFILE = Profile("ann", NOON, "1-0", {"activity": Reading({"events": 3}, 3)})


def test_a_reading_is_had_by_name() -> None:
    assert PROFILE["activity"].evidence == 3
    assert PROFILE.activity == {"events": 3}
    assert list(PROFILE) == ["activity"]


def test_an_unknown_reading_names_the_closest() -> None:
    with pytest.raises(KeyError, match="no reading is called 'activty'; closest is 'activity'"):
        PROFILE["activty"]
    with pytest.raises(AttributeError, match="no reading is called 'activty'; closest is"):
        _ = PROFILE.activty


def test_a_profile_can_be_copied_and_sent() -> None:
    assert copy.deepcopy(PROFILE) == PROFILE
    assert pickle.loads(pickle.dumps(PROFILE)) == PROFILE


def test_a_profile_is_plain_data() -> None:
    assert PROFILE.to_dict() == {
        "user": "ann",
        "as_of": "2026-01-01T12:00:00Z",
        "version": "1-0",
        "readings": {"activity": {"value": {"events": 3}, "evidence": 3, "window": "all events"}},
    }
