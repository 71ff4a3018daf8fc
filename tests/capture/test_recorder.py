"""The recorder: what the application sees of it."""

from __future__ import annotations

import asyncio
import ctypes
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

import penchant
from penchant.core.errors import InvalidArgument, InvalidEvent, PenchantError
from tests.capture.sink import Reply, Request, Sink
from tests.conftest import NOON, ManualClock

SECOND = 1_000_000


def test_an_event_arrives_with_every_field_and_the_id_that_was_returned(
    make: Any, sink: Sink
) -> None:
    recorder = make(sink.url, key="k1", clock=lambda: NOON)
    context = {"device": "ios", "location": {"lat": 1.5, "lon": 2}}

    id = recorder.record(
        "ann", "click", "run-5k", session="s1", value=3.5, text="shoes", success=False,
        error="timeout", duration_ms=12, request="req_1", position=2, context=context,
        data={"n": 1, "tags": ("a", "b"), "none": None},
    )  # fmt: skip

    assert recorder.flush()
    assert sink.events == [
        {
            "id": id, "at": NOON, "user": "ann", "kind": "click", "item": "run-5k", "session": "s1",
            "value": 3.5, "text": "shoes", "success": False, "error": "timeout", "duration_ms": 12,
            "request": "req_1", "position": 2, "context": context,
            "data": {"n": 1, "tags": ["a", "b"], "none": None},
        }
    ]  # fmt: skip
    assert sink.requests[0].headers["Authorization"] == "Bearer k1"


class Int64(ctypes.c_int64):
    """A whole number as numpy has them: with a buffer, which marshal would take for bytes."""

    dtype = "int64"
    ndim = 0

    def item(self) -> int:
        return self.value


def test_whole_numbers_of_numpy_are_names_and_times_as_plain_ones_are(
    make: Any, sink: Sink
) -> None:
    recorder = make(sink.url)

    recorder.record(Int64(7), "click", Int64(8), session=Int64(9), at=Int64(NOON))

    assert recorder.flush()
    [event] = sink.events
    assert (event["user"], event["item"], event["session"]) == ("7", "8", "9")
    assert event["at"] == NOON


@pytest.mark.parametrize("field", ["user", "item", "at", "value", "duration_ms"])
def test_a_number_beyond_all_bounds_is_rejected_alone(make: Any, sink: Sink, field: str) -> None:
    recorder = make(sink.url)

    recorder.record(**{"user": "ann", "kind": "click", field: 10**5_000})
    id = recorder.record("ann", "click")

    assert recorder.flush()
    assert [event["id"] for event in sink.events] == [id]
    assert recorder.counts.rejected == 1


def test_ids_ascend_and_are_uuids_of_version_7(make: Any, sink: Sink) -> None:
    recorder = make(sink.url)

    ids = [recorder.record("ann", "click") for _ in range(3_000)]

    assert ids == sorted(set(ids))
    assert {UUID(id.removeprefix("evt_")).version for id in ids} == {7}
    assert {UUID(id.removeprefix("evt_")).variant for id in ids} == {"specified in RFC 4122"}


def test_events_arrive_in_the_order_of_the_calls_in_batches(make: Any, sink: Sink) -> None:
    recorder = make(sink.url, batch_size=100)

    ids = [recorder.record(f"user-{n}", "click") for n in range(1_050)]

    assert recorder.flush()
    assert [event["id"] for event in sink.events] == ids
    assert max(len(request.events) for request in sink.requests) == 100
    assert recorder.counts == recorder.counts


def test_large_batches_are_zipped_and_small_ones_are_not(make: Any, sink: Sink) -> None:
    recorder = make(sink.url)
    recorder.record("ann", "click")
    recorder.flush()

    for _ in range(400):
        recorder.record("ann", "click")
    recorder.flush()

    assert [request.headers.get("Content-Encoding") for request in sink.requests] == [None, "gzip"]


def test_what_is_changed_after_the_call_does_not_change_the_event(make: Any, sink: Sink) -> None:
    recorder = make(sink.url)
    told = {"cart": ["tea"], "n": 1}

    recorder.record("ann", "click", data=told)
    told["cart"].append("cup")  # type: ignore[attr-defined]  # it is a list
    told["n"] = 2

    assert recorder.flush()
    assert sink.events[0]["data"] == {"cart": ["tea"], "n": 1}


class Verb(StrEnum):
    CLICK = "click"


def test_what_has_a_plain_form_is_sent_in_it(make: Any, sink: Sink) -> None:
    recorder = make(sink.url)
    when = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)

    recorder.record(
        4711, Verb.CLICK, at=when, data={"when": when, "blob": b"\1", "set": {1}, 5: Path("a/b")}
    )

    assert recorder.flush()
    event = sink.events[0]
    assert (event["user"], event["kind"], event["at"]) == ("4711", "click", when.isoformat())
    assert event["data"] == {"when": when.isoformat(), "blob": "AQ==", "set": [1], "5": "a/b"}


UNUSABLE = {
    "no text": ({"user": b"ann"}, "user"),
    "no user": ({"user": None}, "user"),
    "empty": ({"user": ""}, "user"),
    "too long": ({"user": "a" * 256}, "user"),
    "NUL": ({"item": "a\0b"}, "item"),
    "half a character": ({"item": "\ud800"}, "item"),
    "long kind": ({"kind": "k" * 65}, "kind"),
    "long text": ({"text": "t" * 8_193}, "text"),
    "NaN": ({"value": float("nan")}, "value"),
    "text for a number": ({"value": "3"}, "value"),
    "truth for a number": ({"value": True}, "value"),
    "negative duration": ({"duration_ms": -1}, "duration_ms"),
    "far position": ({"position": 10_001}, "position"),
    "word for truth": ({"success": "yes"}, "success"),
    "list for a map": ({"data": [1]}, "data"),
    "an object": ({"data": {"o": object()}}, "data"),
    "NaN in a map": ({"data": {"n": float("inf")}}, "data"),
    "large": ({"data": {"blob": "x" * 200_000}}, "$"),
    "a time that is none": ({"at": object()}, "at"),
}


def nested(depth: int) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for _ in range(depth):
        told = {"a": told}
    return told


UNUSABLE["deep"] = ({"context": nested(5_000)}, "context")


@pytest.mark.parametrize(("bad", "field"), UNUSABLE.values(), ids=UNUSABLE)
def test_an_unusable_event_is_rejected_alone_counted_and_named(
    make: Any, sink: Sink, caplog: pytest.LogCaptureFixture, bad: dict[str, Any], field: str
) -> None:
    recorder = make(sink.url)

    ids = [recorder.record("ann", "view"), recorder.record(**{"user": "ann", "kind": "x", **bad})]
    ids.append(recorder.record("ann", "buy"))

    assert recorder.flush()
    assert [event["kind"] for event in sink.events] == ["view", "buy"]
    assert len(set(ids)) == 3
    counts = recorder.counts
    assert (counts.captured, counts.stored, counts.rejected, counts.waiting) == (3, 2, 1, 0)
    assert f"rejected: {field}: " in caplog.text


@pytest.mark.parametrize(("bad", "field"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_strict_recorder_raises_what_is_wrong(
    make: Any, sink: Sink, bad: dict[str, Any], field: str
) -> None:
    recorder = make(sink.url, strict=True)

    with pytest.raises(InvalidEvent) as raised:
        recorder.record(**{"user": "ann", "kind": "click", **bad})

    assert raised.value.field == field
    assert recorder.counts.rejected == 1


def test_a_reason_is_logged_once_for_each_field(
    make: Any, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = make(sink.url)

    for _ in range(10):
        recorder.record("", "click")
        recorder.record("ann", "")

    assert recorder.flush()
    assert recorder.counts.rejected == 20
    assert len(caplog.records) == 2


def test_what_the_server_refuses_is_rejected_and_the_rest_is_stored(make: Any, sink: Sink) -> None:
    def refuse_bob(request: Request) -> Reply:
        bad = [n for n, event in enumerate(request.events) if event["user"] == "bob"]
        told = {
            "accepted": len(request.events) - len(bad),
            "duplicates": 0,
            "rejected": [{"index": n, "field": "kind", "reason": "no"} for n in bad],
        }
        return Reply(202, json.dumps(told).encode())

    sink.always = refuse_bob
    recorder = make(sink.url)

    for user in ("ann", "bob", "cid", "bob"):
        recorder.record(user, "click")

    assert recorder.flush()
    assert (recorder.counts.stored, recorder.counts.rejected) == (2, 2)


def test_a_folder_is_a_target(make: Any, tmp_path: Path) -> None:
    recorder = make(tmp_path / "taste")

    ids = [recorder.record("ann", "click", f"item-{n}", data={"n": n}) for n in range(700)]
    recorder.record("ann", "click", at="never")
    recorder.close()

    assert (recorder.counts.stored, recorder.counts.rejected) == (700, 1)
    with penchant.open(tmp_path / "taste", follow=False) as p:
        told = p.user("ann").history(1_000)
    assert [event.id for event in reversed(told)] == ids


def test_a_database_is_a_target_that_keeps_two_connections(
    make: Any, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENCHANT_POSTGRES_POOL_MIN", "5")

    with make(database) as recorder, psycopg.connect(database) as admin:
        recorder.record("ann", "click", "tea")
        answered = recorder.flush(timeout=30)
        others = admin.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()

    assert (answered, recorder.counts.stored) == (True, 1)
    assert others in [(1,), (2,)]


def test_a_folder_that_is_away_is_tried_again(
    make: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place = tmp_path / "taste"
    place.write_text("in the way")
    recorder = make(place)
    recorder.record("ann", "click")
    assert not recorder.flush(timeout=0.2)

    place.unlink()

    assert recorder.flush(timeout=30)
    assert recorder.counts.stored == 1
    assert "the target takes none" in caplog.text
    assert "takes events again" in caplog.text


def test_when_full_the_oldest_is_dropped_counted_and_said_once(
    make: Any, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    sink.always = Reply(503)
    recorder = make(sink.url, capacity=10, when_full="drop")

    ids = [recorder.record("ann", "click") for _ in range(25)]

    assert recorder.counts.dropped == 15
    assert recorder.counts.waiting == 10
    sink.always = None
    assert recorder.flush()
    assert [event["id"] for event in sink.events][-5:] == ids[-5:]
    assert len([one for one in caplog.messages if "the oldest are dropped" in one]) == 1


def test_a_recorder_that_waits_when_full_loses_nothing(make: Any, sink: Sink) -> None:
    recorder = make(sink.url, capacity=10, when_full="wait", batch_size=5)

    ids = [recorder.record("ann", "click") for _ in range(200)]

    assert recorder.flush()
    assert [event["id"] for event in sink.events] == ids
    assert recorder.counts.dropped == 0


def test_closing_ends_a_wait_for_room(make: Any, sink: Sink) -> None:
    recorder = make(sink.url, capacity=1, when_full="wait", interval=3_600)
    sink.always = Reply(503)
    recorder.record("ann", "click")
    waiting = threading.Thread(target=recorder.record, args=("ann", "click"))
    waiting.start()

    recorder.close(timeout=0.1)
    waiting.join(30)

    counts = recorder.counts
    assert not waiting.is_alive()
    assert counts.dropped + counts.waiting == counts.captured == 2


def test_many_threads_lose_nothing_and_keep_their_order(make: Any, sink: Sink) -> None:
    recorder = make(sink.url, capacity=100_000)

    def work(user: str) -> None:
        for n in range(200):
            recorder.record(user, "click", position=n)

    threads = [threading.Thread(target=work, args=(f"user-{n}",)) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert recorder.flush(timeout=60)
    places: dict[str, list[int]] = {}
    for event in sink.events:
        places.setdefault(event["user"], []).append(event["position"])
    assert list(places.values()) == [list(range(200))] * 50
    assert recorder.counts == type(recorder.counts)(captured=10_000, stored=10_000)


@pytest.mark.parametrize("back", [-1, -30 * SECOND])
def test_instants_stand_still_while_the_clock_is_turned_back_a_little(
    make: Any, sink: Sink, back: int
) -> None:
    clock = ManualClock()
    recorder = make(sink.url, clock=clock)
    recorder.record("ann", "click")
    clock.advance(back)
    recorder.record("ann", "click")
    clock.advance(-back + 5)

    recorder.record("ann", "click")

    assert recorder.flush()
    assert [event["at"] for event in sink.events] == [NOON, NOON, NOON + 5]


def test_a_clock_set_anew_is_believed_and_nothing_is_sent_from_the_future(
    make: Any, sink: Sink
) -> None:
    clock = ManualClock(NOON + 400 * 86_400 * SECOND)
    recorder = make(sink.url, clock=clock, interval=3_600)
    ids = [recorder.record("ann", "click")]
    clock.now = NOON
    ids.append(recorder.record("ann", "click"))

    assert recorder.flush()

    assert [(event["id"], event["at"]) for event in sink.events] == [(ids[0], NOON), (ids[1], NOON)]


def test_users_who_opted_out_are_not_captured(make: Any, sink: Sink) -> None:
    out = {"eve"}
    recorder = make(sink.url, opted_out=out)
    recorder.record("eve", "click")
    recorder.record("ann", "click")

    out.add("ann")
    recorder.record("ann", "click")

    assert recorder.flush()
    assert len(sink.events) == 1
    assert (recorder.counts.captured, recorder.counts.skipped) == (1, 2)


def test_where_nobody_knows_who_opted_out_nothing_is_captured(
    make: Any, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = make(sink.url, opted_out=lambda user: 1 / 0)

    recorder.record("ann", "click")

    assert recorder.counts.skipped == 1
    assert "'opted_out' failed" in caplog.text


def test_a_sample_keeps_whole_histories_of_the_same_users(make: Any, sink: Sink) -> None:
    recorders = [make(sink.url, sample=0.25) for _ in range(2)]

    for n in range(400):
        for recorder in recorders:
            recorder.record(f"user-{n}", "click")

    users = [event["user"] for recorder in recorders if recorder.flush() for event in sink.events]
    counts = [recorder.counts for recorder in recorders]
    assert counts[0] == counts[1]
    assert counts[0].captured + counts[0].skipped == 400
    assert 60 < counts[0].captured < 140
    assert len(set(users)) == counts[0].captured


def test_after_the_end_events_are_dropped_and_counted(make: Any, sink: Sink) -> None:
    recorder = make(sink.url)
    recorder.record("ann", "click")
    recorder.close()

    id = recorder.record("ann", "click")
    recorder.close()

    assert id.startswith("evt_")
    assert recorder.counts == type(recorder.counts)(captured=2, stored=1, dropped=1)
    assert threading.active_count() == len(
        [thread for thread in threading.enumerate() if thread.name != "penchant-recorder"]
    )


def test_a_strict_recorder_raises_after_the_end(make: Any, sink: Sink) -> None:
    recorder = make(sink.url, strict=True)
    recorder.close()

    with pytest.raises(PenchantError, match="is closed"):
        recorder.record("ann", "click")


def test_closing_counts_and_says_what_could_not_be_sent(
    sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    sink.always = Reply(503)
    recorder = penchant.Recorder(sink.url, unsent=None)
    for _ in range(7):
        recorder.record("ann", "click")

    recorder.close(timeout=0.2)

    assert recorder.counts == type(recorder.counts)(captured=7, dropped=7)
    assert "7 events could not be sent before the end and are lost" in caplog.text


def test_flushing_from_asyncio_leaves_the_loop_free(make: Any, sink: Sink) -> None:
    gate = threading.Event()

    def after_the_gate(request: Request) -> Reply:
        assert gate.wait(30)
        return sink.receipt(request)

    sink.always = after_the_gate
    recorder = make(sink.url)

    async def use() -> bool:
        recorder.record("ann", "click")
        flushing = asyncio.create_task(recorder.flushed(30))
        await asyncio.sleep(0)
        gate.set()
        flushed: bool = await flushing
        return flushed

    assert asyncio.run(use())
    assert recorder.counts.stored == 1


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "target": ({"target": 7}, "target"),
    "memory": ({"target": ":memory:"}, "target"),
    "no http": ({"target": "localhost:8000"}, "target"),
    "another scheme": ({"target": "ftp://host"}, "target"),
    "key in the address": ({"target": "http://key@host"}, "target"),
    "port": ({"target": "http://host:99999"}, "target"),
    "bracket": ({"target": "http://[::1"}, "target"),
    "key of a folder": ({"target": "folder", "key": "k"}, "key"),
    "key": ({"key": "a\nb"}, "key"),
    "capacity": ({"capacity": 0}, "capacity"),
    "capacity as truth": ({"capacity": True}, "capacity"),
    "policy": ({"when_full": "explode"}, "when_full"),
    "batch": ({"batch_size": 10_001}, "batch_size"),
    "interval": ({"interval": 0}, "interval"),
    "timeout": ({"timeout": -1}, "timeout"),
    "sample": ({"sample": 1.5}, "sample"),
    "opted out": ({"opted_out": "eve"}, "opted_out"),
}


@pytest.mark.parametrize(("options", "field"), WRONG.values(), ids=WRONG)
def test_wrong_options_are_refused_where_it_is_made(options: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidArgument) as raised:
        penchant.Recorder(**{"target": "http://127.0.0.1:1", **options})

    assert raised.value.field == field


def test_recording_imports_nothing_but_the_standard_library() -> None:
    program = (
        "import sys, penchant\n"
        "recorder = penchant.Recorder('http://127.0.0.1:9')\n"
        "recorder.record('ann', 'click')\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} - set(sys.stdlib_module_names)))\n"
        "recorder.close(timeout=0.01)\n"
    )

    ran = run(program)

    ours = [name for name in eval(ran.stdout) if not name.startswith(("_", "sitecustomize"))]
    assert ours == ["penchant"]


def test_a_program_that_ends_without_closing_loses_nothing(sink: Sink) -> None:
    program = (
        "import penchant\n"
        f"recorder = penchant.Recorder({sink.url!r}, interval=3600)\n"
        "for n in range(1234): recorder.record('ann', 'click')\n"
    )

    ran = run(program)

    assert len(sink.events) == 1_234
    assert ran.stderr == ""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_child_begins_anew_and_the_parent_goes_on(sink: Sink) -> None:
    program = (
        "import os, penchant\n"
        f"recorder = penchant.Recorder({sink.url!r}, interval=3600)\n"
        "for n in range(100): recorder.record('parent', 'click')\n"
        "child = os.fork()\n"
        "for n in range(500): recorder.record('child' if child == 0 else 'parent', 'click')\n"
        "if child: os.waitpid(child, 0)\n"
        "recorder.close(30)\n"
        "assert recorder.counts.stored == recorder.counts.captured == (600 if child else 500)\n"
    )

    ran = run(program)

    users = [event["user"] for event in sink.events]
    assert (users.count("parent"), users.count("child")) == (600, 500), ran.stderr
    assert ran.stderr == ""


@pytest.mark.parametrize("how", ["fork", "spawn"])
def test_a_worker_of_multiprocessing_sends_before_it_ends(
    sink: Sink, tmp_path: Path, how: str
) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import multiprocessing, penchant\n"
        f"recorder = penchant.Recorder({sink.url!r}, interval=3600)\n"
        "def work():\n"
        "    for n in range(50): recorder.record('worker', 'click')\n"
        "if __name__ == '__main__':\n"
        "    recorder.record('main', 'click')\n"
        f"    worker = multiprocessing.get_context({how!r}).Process(target=work)\n"
        "    worker.start()\n"
        "    worker.join()\n"
    )

    ran = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=60)

    users = [event["user"] for event in sink.events]
    assert (users.count("main"), users.count("worker")) == (1, 50), ran.stderr


def test_a_signal_handler_may_record_in_the_middle_of_a_call(make: Any, sink: Sink) -> None:
    recorder = make(sink.url, capacity=100_000)
    before = signal.signal(signal.SIGALRM, lambda *_: recorder.record("handler", "click"))
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    try:
        for _ in range(20_000):
            recorder.record("ann", "click")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    assert recorder.flush(timeout=60)
    users = [event["user"] for event in sink.events]
    assert users.count("ann") == 20_000
    assert users.count("handler") == recorder.counts.captured - 20_000 > 0
    assert recorder.counts.stored == recorder.counts.captured


def run(program: str) -> subprocess.CompletedProcess[str]:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    return ran


@pytest.fixture(autouse=True)
def _log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "penchant.capture")
