"""One person of an opened store: how they are named, and seen as of a past instant."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import penchant
from penchant.core.errors import InvalidArgument

SECRET = "0123456789abcdef"


def test_a_person_is_shown_by_name_and_without_the_secrets_of_the_store() -> None:
    with penchant.open(":memory:", keys=f"shop:write:{SECRET}") as p:
        past = p.user("ann", at="2026-01-31T09:30:00Z")

        assert repr(p.user("ann")) == "<user 'ann' of ':memory:'>"
        assert repr(past) == "<user 'ann' of ':memory:', as of 2026-01-31T09:30:00Z>"
        assert repr(p.session("s1")) == "<session 's1' of ':memory:'>"
        assert SECRET not in repr(p.parts) + repr(p.parts.settings)


def test_an_instant_told_as_text_is_read_in_the_zone_of_the_store() -> None:
    with penchant.open(":memory:", zone="Europe/Madrid") as p:
        moment = datetime(2026, 1, 31, 8, 30, tzinfo=UTC)

        assert p.user("ann", at="2026-01-31 09:30") == p.user("ann", at=moment)


def test_text_that_is_no_time_is_refused_as_an_instant() -> None:
    with penchant.open(":memory:") as p, pytest.raises(InvalidArgument, match="'soon' is no time"):
        p.user("ann", at="soon")
