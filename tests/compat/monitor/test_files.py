"""Files: the documented ones, written by the documented calls and read back by an import."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import penchant
from penchant.compat.monitor import InteractionMonitor, write_files
from penchant.core.errors import StoreUnavailable
from penchant.core.instant import DAY
from tests.compat.monitor.golden import GOLDEN, scene
from tests.compat.monitor.scene import play, repeat
from tests.conftest import ManualClock

MAP = "user=user_hash,success=succeeded(status),context.outcome=status"
INTERACTION = [
    "timestamp",
    "interaction_type",
    "command",
    "status",
    "duration_ms",
    "error_message",
    "metadata",
    "session_id",
    "user_hash",
]
PATTERN = [
    "pattern_id",
    "pattern_type",
    "frequency",
    "first_seen",
    "last_seen",
    "confidence",
    "description",
    "examples",
]
PROFILE = [
    "user_hash",
    "total_interactions",
    "success_rate",
    "avg_session_duration_minutes",
    "peak_usage_hours",
    "common_commands",
    "common_errors",
    "preferred_experts",
    "last_updated",
]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_documented_calls_leave_the_golden_files() -> None:
    made = scene()

    for name, text in made.items():
        assert text == (GOLDEN / name).read_text(), name


def test_records_have_the_documented_fields_in_their_order() -> None:
    assert list(lines(GOLDEN / "documented.jsonl")[0]) == INTERACTION
    assert [list(line) for line in lines(GOLDEN / "interactions.jsonl")] == [INTERACTION] * 4
    for name, fields in (("user_profiles.json", PROFILE), ("patterns.json", PATTERN)):
        told = json.loads((GOLDEN / name).read_text())
        assert all(list(one) == fields for one in told.values())
        assert all(one[fields[0]] == key for key, one in told.items())


def test_a_line_as_the_document_has_it_is_imported_and_written_again(
    make: Any, folder: Path, tmp_path: Path
) -> None:
    with penchant.open(folder) as p:
        result = p.import_(GOLDEN / "documented.jsonl", map=MAP)
    assert (result.accepted, result.refused, result.unmapped) == (1, 0, [])

    write_files(make(), tmp_path / "files")

    (documented,) = lines(GOLDEN / "documented.jsonl")
    (written,) = lines(tmp_path / "files" / "interactions_2025-12-15.jsonl")
    assert written == documented | {"timestamp": "2025-12-15T10:30:45.123456Z"}


def test_what_was_written_is_imported_as_the_same_interactions(
    monitor: InteractionMonitor, clock: ManualClock, make: Any, folder: Path, tmp_path: Path
) -> None:
    play(monitor, clock)
    repeat(monitor, clock, 5)
    write_files(monitor, tmp_path / "one")
    source = tmp_path / "one" / "interactions_2025-12-15.jsonl"
    with InteractionMonitor(tmp_path / "other", clock=clock) as other:
        result = other.store.import_(source, map=MAP)
        write_files(other, tmp_path / "two")

    again = lines(tmp_path / "two" / "interactions_2025-12-15.jsonl")
    assert result.refused == 1  # that of nobody known: an event has a user
    assert again == [line for line in lines(source) if line["user_hash"] is not None]


def test_every_day_has_a_file_of_its_own_and_files_of_other_days_stay(
    monitor: InteractionMonitor, clock: ManualClock, tmp_path: Path
) -> None:
    (tmp_path / "interactions_2025-12-01.jsonl").write_text("kept\n")
    monitor.record_interaction("cli_command", "status")
    clock.advance(DAY)
    monitor.record_interaction("cli_command", "status")
    monitor.record_interaction("click", "help")

    written = write_files(monitor, tmp_path)

    assert written.interactions == {
        "interactions_2025-12-15.jsonl": 1,
        "interactions_2025-12-16.jsonl": 2,
    }
    assert (tmp_path / "interactions_2025-12-01.jsonl").read_text() == "kept\n"
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_what_was_only_told_is_no_interaction(monitor: InteractionMonitor, tmp_path: Path) -> None:
    monitor.store.user("ann").set(role="analyst")

    assert write_files(monitor, tmp_path).interactions == {}


def test_a_place_that_cannot_be_written_is_named(
    monitor: InteractionMonitor, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreUnavailable, match="file cannot be written"):
        write_files(monitor, tmp_path / "file")
