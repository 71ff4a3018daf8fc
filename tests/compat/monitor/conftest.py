"""What the tests of the monitor share: one with a clock of the test's and a key that is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from penchant.compat.monitor import InteractionMonitor, stop_monitor
from penchant.compat.monitor.pseudonyms import FILE
from penchant.core.instant import Instant
from tests.conftest import ManualClock

MORNING: Instant = 1_765_794_645_123_456  # 2025-12-15T10:30:45.123456Z
KEY = bytes(range(32)).hex()


def put_key(folder: Path) -> None:
    """Make a folder whose pseudonyms are known."""
    folder.mkdir(parents=True, exist_ok=True)
    key = folder / FILE
    key.touch(mode=0o600)
    key.write_text(KEY)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MORNING)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    put_key(tmp_path / "monitor")
    return tmp_path / "monitor"


@pytest.fixture
def make(folder: Path, clock: ManualClock) -> Iterator[Any]:
    """Makes monitors that are stopped after the test."""
    made: list[InteractionMonitor] = []

    def one(**options: Any) -> InteractionMonitor:
        made.append(InteractionMonitor(folder, **{"clock": clock, **options}))
        return made[-1]

    yield one
    for monitor in made:
        monitor.stop()


@pytest.fixture
def monitor(make: Any) -> InteractionMonitor:
    opened: InteractionMonitor = make()
    return opened


@pytest.fixture(autouse=True)
def no_monitor_of_the_process() -> Iterator[None]:
    yield
    stop_monitor()
