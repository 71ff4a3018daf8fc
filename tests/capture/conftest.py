"""What the tests of capturing share: a sink that listens, and recorders of both kinds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import penchant
from tests.capture.sink import Sink, serving


@pytest.fixture
def sink() -> Iterator[Sink]:
    with serving() as listening:
        yield listening


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "events.spool"


@pytest.fixture(params=["memory", "spool"])
def make(request: pytest.FixtureRequest, spool: Path) -> Iterator[Any]:
    """Makes recorders, in memory or with a spool, that are closed after the test."""
    made: list[penchant.Recorder] = []
    keeping = {"spool": spool} if request.param == "spool" else {}

    def one(*arguments: Any, **options: Any) -> penchant.Recorder:
        made.append(penchant.Recorder(*arguments, **{**keeping, **options}))
        return made[-1]

    yield one
    for recorder in made:
        recorder.close(timeout=0.1)
