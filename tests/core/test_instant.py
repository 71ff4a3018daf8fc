from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.core import instant

MADRID = ZoneInfo("Europe/Madrid")


@given(st.datetimes(datetime(1900, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 - the zone is drawn
def test_an_instant_becomes_the_moment_it_came_from(moment: datetime) -> None:
    assert instant.moment(instant.instant(moment)) == moment


@given(st.datetimes(datetime(1971, 1, 1), datetime(9990, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - the zone is drawn
def test_the_text_of_an_instant_is_read_back(moment: datetime) -> None:
    at = instant.instant(moment)

    assert instant.read(instant.text(at), MADRID) == (at, None)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-01-31T09:30:00Z", ("2026-01-31T09:30:00Z", None)),
        ("2026-01-31T09:30:00+00:00", ("2026-01-31T09:30:00Z", 0)),
        ("2026-01-31T09:30:00-05:30", ("2026-01-31T15:00:00Z", -330)),
        ("2026-01-31 09:30", ("2026-01-31T08:30:00Z", 60)),
        ("2026-07-31 09:30", ("2026-07-31T07:30:00Z", 120)),
        ("2026-01-31", ("2026-01-30T23:00:00Z", 60)),
        ("20260131", ("2026-01-30T23:00:00Z", 60)),
        (" 1769851800 ", ("2026-01-31T09:30:00Z", None)),
        (1769851800, ("2026-01-31T09:30:00Z", None)),
        (1769851800.25, ("2026-01-31T09:30:00.250000Z", None)),
        ("1769851800.25", ("2026-01-31T09:30:00.250000Z", None)),
        (1769851800_000, ("2026-01-31T09:30:00Z", None)),
        (1769851800_000_000, ("2026-01-31T09:30:00Z", None)),
        (1769851800_000_000_000, ("2026-01-31T09:30:00Z", None)),
        (datetime(2026, 1, 31, 9, 30, tzinfo=UTC), ("2026-01-31T09:30:00Z", None)),
        (datetime(2026, 1, 31, 9, 30, tzinfo=MADRID), ("2026-01-31T08:30:00Z", 60)),
        (datetime(2026, 1, 31, 9, 30, tzinfo=timezone(timedelta(hours=9))), ("2026-01-31T00:30:00Z", 540)),
    ],
)  # fmt: skip
def test_a_time_is_read_with_the_offset_it_was_written_in(
    written: Any, expected: tuple[str, int | None]
) -> None:
    at, offset = instant.read(written, MADRID)

    assert (instant.text(at), offset) == expected


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("yesterday", "'yesterday' is no time; expected RFC 3339"),
        ("", "'' is no time"),
        ("31/01/2026", "'31/01/2026' is no time"),
        (float("nan"), "nan is no time"),
        (float("inf"), "inf is no time"),
        (True, "True is no time"),
        ("1776-07-04", "outside the years 1900 to 9999"),
        (-9e10, "outside the years 1900 to 9999"),
    ],
)
def test_what_is_no_time_is_refused_with_what_is_expected(written: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        instant.read(written, UTC)


def test_a_naive_datetime_is_no_instant() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        instant.instant(datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test
