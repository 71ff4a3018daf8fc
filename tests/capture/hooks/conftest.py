"""What the tests of hooks share: a recorder that sends to the sink, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import penchant
from tests.capture.hooks.told import Told
from tests.capture.sink import Sink


@pytest.fixture
def told(sink: Sink) -> Iterator[Told]:
    with penchant.Recorder(sink.url) as recorder:
        yield Told(recorder, sink)
