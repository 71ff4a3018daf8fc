"""The monitor: what is recorded by the documented calls, and what is told of it."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from penchant.capture.hooks import acting_as
from penchant.compat.monitor import (
    InteractionMonitor,
    InteractionPattern,
    InteractionStatus,
    InteractionType,
    get_monitor,
    stop_monitor,
)
from penchant.compat.monitor.monitor import SPOOL
from penchant.core.errors import InvalidArgument, PenchantError
from penchant.core.event import Event
from penchant.core.instant import DAY
from penchant.io import system
from tests.compat.monitor.scene import play, repeat
from tests.conftest import ManualClock

USER = "884111bbfaba5cdc"  # the pseudonym of user123


def events(monitor: InteractionMonitor) -> list[Event]:
    return [event for _, event in monitor.latest().parts.store.since(0, 1_000)]


def test_an_interaction_is_recorded_without_a_start_and_its_timestamp_returned(
    monitor: InteractionMonitor, clock: ManualClock
) -> None:
    told = play(monitor, clock)

    assert told == "2025-12-15T10:30:45.123456Z"
    assert events(monitor)[0].to_dict() == {
        "id": events(monitor)[0].id,
        "user": USER,
        "kind": "command",
        "at": told,
        "session": "2025121510",
        "text": "status",
        "success": True,
        "duration_ms": 45.5,
        "data": {"expert": "planner"},
    }


@pytest.mark.parametrize(
    ("status", "message", "outcome"),
    [
        ("success", None, (True, None, None)),
        ("failure", None, (False, None, None)),
        ("error", "no such host", (False, "no such host", None)),
        ("error", None, (False, None, {"outcome": "error"})),
        ("timeout", None, (False, None, {"outcome": "timeout"})),
        ("failure", "refused", (False, "refused", {"outcome": "failure"})),
        ("success", "but late", (False, "but late", None)),
    ],
)
def test_a_status_is_an_outcome_and_what_that_does_not_say_is_in_the_context(
    monitor: InteractionMonitor, status: str, message: str | None, outcome: tuple[Any, ...]
) -> None:
    monitor.record_interaction(
        "cli_command", "status", InteractionStatus(status), error_message=message
    )

    (event,) = events(monitor)
    assert (event.success, event.error, event.context) == outcome


def test_a_request_is_about_its_path_and_other_kinds_are_what_they_are_called(
    monitor: InteractionMonitor,
) -> None:
    monitor.record_interaction(InteractionType.API_REQUEST, "/reports")
    monitor.record_interaction("search", "tea")

    told = [(event.kind, event.item, event.text) for event in events(monitor)]
    assert told == [("api_request", "/reports", None), ("search", None, "tea")]


def test_the_user_is_whoever_the_program_is_at_work_for_unless_told(
    make: Any,
) -> None:
    monitor = make(anonymize_data=False)
    with acting_as("ann"):
        monitor.record_interaction("cli_command", "one")
        monitor.record_interaction("cli_command", "two", user_id=7)
    monitor.record_interaction("cli_command", "three")

    assert [event.user for event in events(monitor)] == ["ann", "7", "unknown"]


def test_no_name_is_kept_where_users_have_pseudonyms(
    monitor: InteractionMonitor, folder: Path
) -> None:
    monitor.record_interaction("cli_command", "status", user_id="marguerite-d-anjou")
    monitor.latest()
    monitor.stop()

    for path in folder.rglob("*"):
        assert path.is_dir() or b"marguerite" not in path.read_bytes()


def test_texts_are_scrubbed_unless_they_are_to_be_kept(make: Any) -> None:
    monitor = make()
    for one in (monitor, make(collect_pii=True), make(scrub=str.upper)):
        one.record_interaction(
            "cli_command",
            "mail ann@example.org",
            InteractionStatus.ERROR,
            error_message="no ann@example.org",
            metadata={"to": ["ann@example.org"]},
        )
        one.latest()

    told = [(event.text, event.error, event.data) for event in events(monitor)]
    assert told == [
        ("mail [email]", "no [email]", {"to": ["[email]"]}),
        ("mail ann@example.org", "no ann@example.org", {"to": ["ann@example.org"]}),
        ("MAIL ANN@EXAMPLE.ORG", "NO ANN@EXAMPLE.ORG", {"to": ["ANN@EXAMPLE.ORG"]}),
    ]


def test_a_scrub_that_fails_keeps_no_text(make: Any, caplog: pytest.LogCaptureFixture) -> None:
    def broken(text: str) -> str:
        raise LookupError("ann@example.org")

    monitor = make(scrub=broken)
    monitor.record_interaction("cli_command", "mail ann@example.org", metadata={"a": 1})

    (event,) = events(monitor)
    assert (event.text, event.data) == (None, None)
    assert "'scrub' failed, texts are left out" in caplog.text


def test_who_opted_out_is_not_recorded_and_asked_for_by_name(make: Any) -> None:
    monitor = make(opted_out={"eve"})
    for user in ("eve", "ann", None):
        monitor.record_interaction("cli_command", "status", user_id=user)

    assert len(events(monitor)) == 2
    assert monitor.get_user_profile("eve") is None


def test_who_may_have_opted_out_is_left_out(make: Any, caplog: pytest.LogCaptureFixture) -> None:
    monitor = make(opted_out=lambda user: {}[user])
    monitor.record_interaction("cli_command", "status", user_id="ann")

    assert events(monitor) == []
    assert "'opted_out' failed, events are left out" in caplog.text


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"status": "won"}, "status: expected one of success, failure, error, timeout, got 'won'"),
        ({"command": 7}, "text"),
        ({"duration_ms": -1.0}, "duration_ms"),
        ({"metadata": {"much": "x" * 9_000}}, "data"),
        ({"user_id": ""}, "user"),
    ],
)
def test_what_cannot_be_used_is_counted_and_logged_and_raises_nothing(
    monitor: InteractionMonitor,
    caplog: pytest.LogCaptureFixture,
    told: dict[str, Any],
    said: str,
) -> None:
    monitor.record_interaction(**{"interaction_type": "cli_command", "command": "status"} | told)

    assert monitor.get_statistics()["recorder"]["rejected"] == 1
    assert said in caplog.text


def test_a_user_without_a_name_is_unknown(
    monitor: InteractionMonitor, caplog: pytest.LogCaptureFixture
) -> None:
    class Nameless:
        def __str__(self) -> str:
            raise LookupError

    monitor.record_interaction("cli_command", "status", user_id=Nameless())  # type: ignore[arg-type]  # that is what is tried

    assert [event.user for event in events(monitor)] == ["unknown"]


def test_threads_may_record_at_once(monitor: InteractionMonitor) -> None:
    def work(name: str) -> None:
        for number in range(250):
            monitor.record_interaction("cli_command", f"{name} {number}", user_id=name)

    threads = [threading.Thread(target=work, args=(f"u{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert monitor.get_statistics()["total_interactions"] == 1_000
    assert len({(event.text, event.user) for event in events(monitor)}) == 1_000


def test_who_reads_knows_what_was_recorded_just_now(
    monitor: InteractionMonitor, clock: ManualClock
) -> None:
    for number in range(3):
        monitor.record_interaction("cli_command", "status")

        assert monitor.get_statistics()["total_interactions"] == number + 1


def test_an_analysis_is_plain_data_that_another_memory_can_take(
    monitor: InteractionMonitor, clock: ManualClock
) -> None:
    play(monitor, clock)
    clock.advance(3 * DAY)
    monitor.record_interaction(InteractionType.CLI_COMMAND, "push", InteractionStatus.SUCCESS)

    analysis = monitor.analyze_recent_interactions(hours=24)

    assert json.loads(json.dumps(analysis)) == analysis
    assert (analysis["command_frequency"], analysis["success_rate"]) == ({"push": 1}, 1.0)


def test_patterns_are_those_that_chance_does_not_explain_unless_the_documented_rule_is_asked_for(
    monitor: InteractionMonitor, clock: ManualClock
) -> None:
    repeat(monitor, clock, 25)

    tested = monitor.get_patterns()
    documented = monitor.get_patterns(min_frequency=5, rule="documented")

    assert tested[0].examples == ["make → test"]
    assert tested[0].frequency == 25
    assert 0.8 < tested[0].confidence < 1.0
    assert len(documented) > len(tested)
    assert all(type(one) is InteractionPattern and one.frequency >= 5 for one in documented)


def test_nobody_is_known_who_did_nothing(monitor: InteractionMonitor) -> None:
    assert monitor.get_user_profile("user123") is None


def test_a_profile_is_asked_for_by_the_name_of_the_user(
    monitor: InteractionMonitor, clock: ManualClock
) -> None:
    play(monitor, clock)

    profile = monitor.get_user_profile("user123")

    assert profile is not None
    assert (profile.user_hash, profile.total_interactions) == (USER, 3)
    assert monitor.get_user_profile(USER) is None


def test_events_older_than_the_retention_leave_the_log(make: Any, clock: ManualClock) -> None:
    with make(retention_days=0) as first:
        first.record_interaction("cli_command", "old", user_id="ann")
        first.latest()
    clock.advance(91 * DAY)
    keeping = make(retention_days=0)
    keeping.record_interaction("cli_command", "new", user_id="ann")
    assert len(events(keeping)) == 2
    keeping.stop()

    monitor = make()
    monitor.start()
    monitor.store._housekeeping.turn()

    assert [event.text for event in events(monitor)] == ["new"]
    profile = monitor.get_user_profile("ann")
    assert profile is not None
    assert profile.total_interactions == 2


def test_what_comes_after_the_stop_is_dropped_and_counted_until_the_next_start(
    monitor: InteractionMonitor, caplog: pytest.LogCaptureFixture
) -> None:
    monitor.start()
    monitor.record_interaction("cli_command", "one")
    monitor.stop()
    monitor.stop()
    monitor.record_interaction("cli_command", "two")
    dropped = monitor.recording.recorder.counts.dropped
    monitor.start()
    monitor.start()
    monitor.record_interaction("cli_command", "three")

    assert [event.text for event in events(monitor)] == ["one", "three"]
    assert dropped == 1
    assert "after the recorder was closed" in caplog.text


def test_what_waits_is_in_the_spool_and_the_next_monitor_stores_it(make: Any, folder: Path) -> None:
    code = (
        "import os, sys\n"
        "from penchant.compat.monitor import InteractionMonitor\n"
        "monitor = InteractionMonitor(sys.argv[1])\n"
        "monitor.record_interaction('cli_command', 'status')\n"
        "os._exit(0)\n"
    )
    assert os.spawnl(os.P_WAIT, sys.executable, sys.executable, "-c", code, str(folder)) == 0
    assert any((folder / SPOOL).iterdir())

    make(clock=system.now).stop()

    assert [event.text for event in events(make(clock=system.now))] == ["status"]


def test_a_folder_that_cannot_be_written_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(PenchantError, match="file"):
        InteractionMonitor(tmp_path / "file")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"place": "postgresql://db/taste"}, "place: expected a folder"),
        ({"anonymize_data": "no"}, "anonymize_data: expected True or False"),
        ({"collect_pii": "False"}, "collect_pii: expected True or False"),
        ({"retention_days": -1}, "retention_days: "),
        ({"retention_days": True}, "retention_days: "),
        ({"batch_size": 0}, "batch_size: "),
        ({"flush_interval_seconds": 0}, "interval: "),
        ({"buffer_size": 0}, "capacity: "),
        ({"scrub": None}, "scrub: expected a function"),
        ({"opted_out": "eve"}, "opted_out: "),
    ],
)
def test_a_wrong_option_is_refused_by_its_name(
    tmp_path: Path, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidArgument, match=said):
        InteractionMonitor(**{"place": tmp_path / "new", **options})


def test_the_monitor_of_the_process_is_made_once(tmp_path: Path) -> None:
    first = get_monitor(tmp_path / "one")

    assert get_monitor() is first
    with pytest.raises(InvalidArgument, match="place: the monitor of this process is made already"):
        get_monitor(tmp_path / "two")
    with pytest.raises(InvalidArgument, match="batch_size: the monitor of this process"):
        get_monitor(batch_size=7)
    stop_monitor()
    stop_monitor()
    assert get_monitor(tmp_path / "two") is not first


def test_the_monitor_of_the_process_is_in_the_home_unless_told(home: Path) -> None:
    get_monitor().record_interaction("cli_command", "status")
    stop_monitor()

    assert (home / ".local/share/penchant/interactions/penchant.db").is_file()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_process_reads_and_records_as_well(monitor: InteractionMonitor) -> None:
    monitor.record_interaction("cli_command", "parent")
    assert len(events(monitor)) == 1

    child = os.fork()
    if child == 0:
        code = 1
        try:
            monitor.record_interaction("cli_command", "child")
            code = 0 if monitor.get_statistics()["total_interactions"] == 2 else 2
            monitor.stop()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert [event.text for event in events(monitor)] == ["parent", "child"]
