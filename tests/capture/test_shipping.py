"""Shipping: whatever the target answers, every event is answered for once."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from typing import Any

import pytest

import penchant
from penchant.capture.pace import Pace
from tests.capture.sink import Reply, Request, Sink

GARBAGE = {
    "nothing": Reply(200),
    "a page": Reply(200, b"<html>login</html>"),
    "another object": Reply(202, b'{"status": "ok"}'),
    "too few": Reply(202, b'{"accepted": 1, "duplicates": 0, "rejected": []}'),
    "a list": Reply(202, b"[1, 2]"),
    "words": Reply(202, b'{"accepted": "3", "duplicates": 0, "rejected": []}'),
    "a place that is none": Reply(
        202, b'{"accepted": 2, "duplicates": 0, "rejected": [{"index": 7, "reason": "no"}]}'
    ),
    "422 of another": Reply(422, b'{"detail": "no"}'),
    "400 of another": Reply(400, b"plain HTTP was sent to an HTTPS port"),
    "500": Reply(500, b"oops"),
    "503": Reply(503),
    "429": Reply(429, headers=(("Retry-After", "1"),)),
    "401": Reply(401),
    "404": Reply(404),
    "redirect": Reply(302, headers=(("Location", "http://127.0.0.1:1/"),)),
}


class Steps(Pace):
    """A pace of the test's own: a pause after a failure takes no time, and is written down."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []

    def chance(self) -> float:
        return 0.999

    def wait(self, seconds: float, *, failed: bool) -> bool:
        if failed:
            self.pauses.append(seconds)
            return True
        return super().wait(seconds, failed=failed)


@pytest.fixture
def pace() -> Steps:
    return Steps()


@pytest.mark.parametrize("answer", GARBAGE.values(), ids=GARBAGE)
def test_what_is_no_receipt_acknowledges_nothing(sink: Sink, pace: Steps, answer: Reply) -> None:
    sink.script = [answer, answer]
    recorder = penchant.Recorder(sink.url, pace=pace)

    ids = [recorder.record("ann", "click") for _ in range(3)]

    assert recorder.flush(30)
    assert [event["id"] for event in sink.events] == ids
    assert recorder.counts == type(recorder.counts)(captured=3, stored=3)
    assert len(pace.pauses) == 2
    recorder.close()


def test_a_sink_that_is_down_for_ten_minutes_gets_everything_afterwards(
    sink: Sink, pace: Steps, caplog: pytest.LogCaptureFixture
) -> None:
    def down_for_ten_minutes(request: Request) -> Reply:
        return Reply(503) if sum(pace.pauses) < 600 else sink.receipt(request)

    sink.always = down_for_ten_minutes
    recorder = penchant.Recorder(sink.url, pace=pace)

    ids = [recorder.record("ann", "click") for _ in range(5_000)]

    assert recorder.flush(60)
    assert [event["id"] for event in sink.events] == ids
    assert 600 < sum(pace.pauses) < 700
    assert len(sink.requests) < 30
    assert len(caplog.records) == 2
    recorder.close()


def test_a_retry_after_is_honoured_in_seconds_and_as_a_date(sink: Sink, pace: Steps) -> None:
    sink.script = [
        Reply(429, headers=(("Retry-After", "17"),)),
        Reply(503, headers=(("Retry-After", formatdate(usegmt=True)),)),
        Reply(503, headers=(("Retry-After", "soon"),)),
    ]
    recorder = penchant.Recorder(sink.url, pace=pace)

    recorder.record("ann", "click")

    assert recorder.flush(30)
    assert [round(pause, 1) for pause in pace.pauses] == [18.7, 0.0, 2.0]
    recorder.close()


def test_batches_that_are_too_large_are_halved(sink: Sink, pace: Steps) -> None:
    def at_most_ten(request: Request) -> Reply:
        return Reply(413) if len(request.events) > 10 else sink.receipt(request)

    sink.always = at_most_ten
    recorder = penchant.Recorder(sink.url, pace=pace, batch_size=100)

    ids = [recorder.record("ann", "click") for _ in range(250)]

    assert recorder.flush(30)
    assert [event["id"] for event in sink.events] == ids
    assert pace.pauses == []
    recorder.close()


def test_an_event_that_is_too_large_alone_is_rejected(sink: Sink, pace: Steps) -> None:
    def no_blobs(request: Request) -> Reply:
        large = any("data" in event for event in request.events)
        return Reply(413) if large else sink.receipt(request)

    sink.always = no_blobs
    recorder = penchant.Recorder(sink.url, pace=pace)

    for n in range(100):
        recorder.record("ann", "click", data={"blob": "x"} if n == 50 else None)

    assert recorder.flush(30)
    assert recorder.counts == type(recorder.counts)(captured=100, stored=99, rejected=1)
    recorder.close()


def test_when_every_event_is_refused_each_is_rejected_with_its_reason(
    sink: Sink, pace: Steps, caplog: pytest.LogCaptureFixture
) -> None:
    rejected = [{"index": n, "field": "kind", "reason": "is unknown here"} for n in range(2)]
    told = {"status": 422, "accepted": 0, "duplicates": 0, "rejected": rejected}
    sink.script = [Reply(422, json.dumps(told).encode())]
    recorder = penchant.Recorder(sink.url, pace=pace)

    recorder.record("ann", "click")
    recorder.record("ann", "click")

    assert recorder.flush(30)
    assert recorder.counts == type(recorder.counts)(captured=2, rejected=2)
    assert "kind: is unknown here" in caplog.text
    recorder.close()


def test_a_batch_that_the_server_cannot_read_is_taken_apart(sink: Sink, pace: Steps) -> None:
    problem = (("Content-Type", "application/problem+json"),)

    def no_poison(request: Request) -> Reply:
        if any(event["user"] == "poison" for event in request.events):
            return Reply(400, b'{"detail": "is nested too deeply"}', problem)
        return sink.receipt(request)

    sink.always = no_poison
    recorder = penchant.Recorder(sink.url, pace=pace)

    for n in range(64):
        recorder.record("poison" if n == 40 else "ann", "click")

    assert recorder.flush(30)
    assert recorder.counts == type(recorder.counts)(captured=64, stored=63, rejected=1)
    recorder.close()


def test_what_needs_mending_is_said_and_mended_without_a_loss(
    sink: Sink, pace: Steps, caplog: pytest.LogCaptureFixture
) -> None:
    sink.script = [Reply(401, b'{"detail": "no such key"}')] * 3
    recorder = penchant.Recorder(sink.url, key="wrong", pace=pace)

    recorder.record("ann", "click")

    assert recorder.flush(30)
    assert recorder.counts.stored == 1
    (said, over) = caplog.messages
    assert "no such key" in said
    assert "look at the address and the key" in said
    assert "wrong" not in said
    assert "takes events again" in over
    recorder.close()


def test_a_connection_that_the_server_closed_meanwhile_is_no_failure(
    sink: Sink, pace: Steps
) -> None:
    with closing_after_each() as (url, served):
        recorder = penchant.Recorder(url, pace=pace)
        for _ in range(3):
            recorder.record("ann", "click")
            assert recorder.flush(30)
        recorder.close()

    assert recorder.counts.stored == 3
    assert pace.pauses == []
    assert len(served) == 3


def test_one_connection_serves_many_batches(sink: Sink, pace: Steps) -> None:
    with penchant.Recorder(sink.url, pace=pace, batch_size=10) as recorder:
        for _ in range(200):
            recorder.record("ann", "click")

    assert len(sink.requests) == 20
    assert len({request.peer for request in sink.requests}) == 1


def test_a_server_that_never_answers_costs_a_timeout_and_nothing_else(pace: Steps) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        recorder = penchant.Recorder(f"http://127.0.0.1:{port}", timeout=0.05, pace=pace)
        recorder.record("ann", "click")

        assert not recorder.flush(0.2)
        recorder.close(0.1)

    assert recorder.counts == type(recorder.counts)(captured=1, waiting=1)
    assert pace.pauses


def test_closing_does_not_wait_for_an_answer_that_does_not_come() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        recorder = penchant.Recorder(f"http://127.0.0.1:{port}", timeout=3_600)
        recorder.record("ann", "click")

        recorder.close(0.1)

    names = [thread.name for thread in threading.enumerate()]
    assert "penchant-recorder" not in names
    assert recorder.counts.waiting == 1


ANSWER = b'{"accepted": 1, "duplicates": 0, "rejected": []}'


@contextmanager
def closing_after_each() -> Iterator[tuple[str, list[Any]]]:
    """A server that says it keeps the connection, and closes it."""
    served: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, peer = listening.accept()
                except OSError:
                    return
                with connection, connection.makefile("rb") as lines:
                    length = 0
                    while (line := lines.readline()).strip():
                        if line.lower().startswith(b"content-length:"):
                            length = int(line.split(b":")[1])
                    if not lines.read(length):
                        continue
                    served.append(peer)
                    head = b"HTTP/1.1 202 Accepted\r\nContent-Length: %d\r\n\r\n" % len(ANSWER)
                    connection.sendall(head + ANSWER)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", served
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()
