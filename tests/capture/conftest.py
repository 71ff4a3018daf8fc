"""What the tests of capturing share: a sink that listens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.capture.sink import Sink, serving


@pytest.fixture
def sink() -> Iterator[Sink]:
    with serving() as listening:
        yield listening
