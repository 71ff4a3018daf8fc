"""Events reach the indexes of a SQLite file after a few others, not after thousands."""

from __future__ import annotations

import pytest

from penchant.io.stores import sqlite_head, sqlite_indexes


@pytest.fixture(autouse=True)
def short_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_indexes, "RUN", 5)
    monkeypatch.setattr(sqlite_indexes, "PATIENCE", 20)
    monkeypatch.setattr(sqlite_head, "SEGMENT", 2)
