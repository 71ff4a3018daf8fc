from __future__ import annotations

import msgspec

from penchant.core.admission import TRAITS_SIZE
from penchant.profile.features.traits import Traits
from tests.profile.told import event, reading


def test_the_latest_value_stands_and_others_stay() -> None:
    value = reading(
        Traits(),
        event("traits", data={"role": "cook", "zone": "UTC"}),
        event("traits", data={"role": "host"}),
    ).value

    assert value == {"role": "host", "zone": "UTC"}


def test_the_latest_told_stands_whatever_time_it_names() -> None:
    later, earlier = (
        event("traits", after=after, data={"role": role}) for after, role in ((5, "a"), (0, "b"))
    )

    assert reading(Traits(), later, earlier).value == {"role": "b"}


def test_null_takes_a_trait_back_and_it_can_be_told_again() -> None:
    events = [event("traits", data={"role": role}) for role in ("cook", None)]

    assert reading(Traits(), *events).value == {}
    assert reading(Traits(), *events, event("traits", data={"role": "host"})).value == {
        "role": "host"
    }


def test_other_kinds_and_no_data_tell_nothing() -> None:
    assert reading(Traits(), event(data={"role": "x"}), event("traits")).value == {}


def test_beyond_1_kib_the_trait_told_longest_ago_is_forgotten() -> None:
    events = [event("traits", data={f"t{n}": "x" * 100}) for n in range(30)]

    value = reading(Traits(), *events).value

    assert "t29" in value
    assert "t0" not in value
    assert len(msgspec.msgpack.encode(value)) <= TRAITS_SIZE
