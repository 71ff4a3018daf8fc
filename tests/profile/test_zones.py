from __future__ import annotations

import pytest

from penchant.core.event import Event
from penchant.profile import zones as module
from penchant.profile.fold import Fold
from penchant.profile.zones import Zones, is_zone
from tests.conftest import NOON
from tests.profile.told import KINDS


def zones(*told: tuple[str, object]) -> dict[str, str]:
    fold = Fold([Zones()], KINDS)
    logged = [
        (n, Event(id=str(n), user=user, kind="traits", at=NOON, data={"zone": zone}))
        for n, (user, zone) in enumerate(told, 1)
    ]
    found: dict[str, str] = fold.extend(fold.zero(), logged, lambda *_: None).states[0]
    return found


def test_the_latest_zone_that_is_one_is_known() -> None:
    found = zones(("ann", "Asia/Tokyo"), ("ann", "Mars"), ("bob", "UTC"), ("bob", "Asia/Tokyo"))

    assert found == {"ann": "Asia/Tokyo", "bob": "Asia/Tokyo"}


@pytest.mark.parametrize("zone", [7, None, "", "Mars", ["UTC"], "../etc", "Europe"])
def test_what_is_no_zone_is_not_known(zone: object) -> None:
    assert zones(("ann", zone)) == {}


@pytest.mark.parametrize(("name", "expected"), [("Europe/Madrid", True), ("Europe", False)])
def test_a_zone_is_one_of_the_database(name: str, expected: bool) -> None:
    assert is_zone(name) is expected


def test_merging_forgets_who_told_a_zone_longest_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PEOPLE", 2)

    merged = Zones().merge({"ann": "UTC", "bob": "UTC"}, {"cyd": "Europe/Madrid"})

    assert merged == {"bob": "UTC", "cyd": "Europe/Madrid"}
