"""What laws hold for: places for stores, as many as there are examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

from penchant.io.stores import MEMORY
from penchant.serve.configuration import SETTINGS_FILE
from tests.io.stores.short_runs import short_runs

__all__ = ["short_runs"]

ON_A_SERVER = 10  # examples: each takes a database of its own, and a hundred times as long
Places = Callable[[], AbstractContextManager[str]]


@pytest.fixture
def places(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Places:
    """Makes a place for a ``with``: memory, a folder or a database."""
    match request.param:
        case "memory":
            return lambda: nullcontext(MEMORY)
        case "sqlite":
            return TemporaryDirectory
        case "archive":
            return _with_archive
        case _:
            _be_content_with(ON_A_SERVER, request, monkeypatch)
            databases: Places = request.getfixturevalue("databases")
            return databases


@contextmanager
def _with_archive() -> Iterator[str]:
    with TemporaryDirectory() as folder:
        (Path(folder) / SETTINGS_FILE).write_text('archive = "months"')
        yield folder


def _be_content_with(
    most: int, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Hypothesis has no way to tell a test's number of examples by parameter.
    name = "_hypothesis_internal_use_settings"
    told = getattr(request.function, name)
    fewer = settings(told, max_examples=min(most, told.max_examples))
    monkeypatch.setattr(request.function, name, fewer)
