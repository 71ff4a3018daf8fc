"""Records: what they keep is what was given, in the form that JSON has for it."""

from __future__ import annotations

import ctypes
import uuid
from collections import OrderedDict
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.capture.records import FIELDS, FORMAT, dumps, is_plain, loads, patiently, plain
from penchant.capture.wire import fields_of
from penchant.core.errors import InvalidEvent

NOON = 1_767_268_800_000_000_000


class Device(Enum):
    PHONE = "phone"


class Scalar(float):
    """A number with a type of its own, as the numbers of numpy are."""

    dtype = "float64"
    ndim = 0


class Whole:
    """As the whole numbers of numpy, which are no numbers of Python."""

    dtype = "int64"
    ndim = 0

    def item(self) -> int:
        return 7


FORMS: dict[str, tuple[Any, Any]] = {
    "enum": (Device.PHONE, "phone"),
    "float of numpy": (Scalar(1.5), 1.5),
    "integer of numpy": (Whole(), 7),
    "uuid": (uuid.UUID(int=5), "00000000-0000-0000-0000-000000000005"),
    "decimal": (Decimal("1.50"), "1.50"),
    "path": (PurePosixPath("a/b"), "a/b"),
    "moment": (datetime(2026, 1, 31, tzinfo=UTC), "2026-01-31T00:00:00+00:00"),
    "day": (date(2026, 1, 31), "2026-01-31"),
    "time": (time(9, 30), "09:30:00"),
    "duration": (timedelta(seconds=90), 90.0),
    "bytes": (b"\0\1", "AAE="),
    "mapping": (OrderedDict(a=(1, {2})), {"a": [1, [2]]}),
}


@pytest.mark.parametrize(("given_", "kept"), FORMS.values(), ids=FORMS)
def test_a_value_has_a_plain_form_and_its_type(given_: Any, kept: Any) -> None:
    told = plain("data", given_)

    assert told == kept
    assert type(told) is type(kept)


def test_what_has_a_buffer_is_not_taken_for_bytes() -> None:
    told = {"n": ctypes.c_double(1.5)}

    assert not is_plain(told)
    with pytest.raises(InvalidEvent, match="c_double"):
        plain("data", told)


def test_a_map_that_contains_itself_is_refused() -> None:
    told: dict[str, Any] = {}
    told["self"] = told

    with pytest.raises(InvalidEvent, match="nested"):
        plain("context", told)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
MAPS = st.dictionaries(
    st.text(),
    st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)),
)


@given(MAPS)
def test_what_json_carries_is_kept_as_it_is(told: dict[str, Any]) -> None:
    record = ("evt_1", NOON, "ann", "click", *[None] * (len(FIELDS) - 3), told)

    assert loads(patiently(record))[-1] == told


def of_a_version(*told: Any) -> bytes:
    return dumps(("evt_1", NOON, *told), FORMAT)


def test_a_record_of_an_older_version_is_read() -> None:
    assert fields_of(of_a_version("ann", "click", "tea"), NOON) == {
        "id": "evt_1", "at": NOON // 1_000, "user": "ann", "kind": "click", "item": "tea",
    }  # fmt: skip


UNREADABLE = {
    "of a newer version": of_a_version("ann", "click", *[None] * len(FIELDS)),
    "cut short": of_a_version("ann", "click")[:-3],
    "nothing": b"",
    "something else": dumps(5, FORMAT),
    "no instant": dumps(("evt_1", "noon", "ann", "click"), FORMAT),
}


@pytest.mark.parametrize("record", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_refused_by_itself(record: bytes) -> None:
    with pytest.raises(InvalidEvent):
        fields_of(record, NOON)
