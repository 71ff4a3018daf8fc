"""The WSGI middleware: what it records of requests, behind a real server."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from penchant.capture.hooks import Tracking, WSGIMiddleware, current_user, identify
from penchant.core.errors import InvalidArgument
from tests.capture.hooks.servers import served_wsgi
from tests.capture.hooks.told import Ticks, Told

ANN = {"X-User": "ann"}


def header(environ: Any) -> str | None:
    """Who it is, as these tests say it."""
    found: str | None = environ.get("HTTP_X_USER")
    return found


def answering(*parts: bytes, status: str = "200 OK") -> Any:
    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response(status, [("Content-Type", "text/plain")])
        return list(parts)

    return app


def hooked(told: Told, app: Any, **options: Any) -> WSGIMiddleware:
    return WSGIMiddleware(app, told.recorder, **{"user": header, **options})


def get(app: Any, path: str = "/", headers: Any = ANN) -> httpx.Response:
    with served_wsgi(app) as url:
        return httpx.get(url + path, headers=headers, timeout=30.0)


def test_a_request_is_recorded_with_its_path_outcome_and_duration(told: Told) -> None:
    answer = get(hooked(told, answering(b"hello")), "/tea%20pots?token=secret")
    (event,) = told.events
    duration_ms = event.pop("duration_ms")

    assert answer.text == "hello"
    assert 0 < duration_ms < 60_000
    assert event == {
        "user": "ann",
        "kind": "api_request",
        "item": "/tea pots",
        "success": True,
        "context": {"method": "GET", "status": 200},
    }


def test_a_response_of_one_part_keeps_its_length(told: Told) -> None:
    answer = get(hooked(told, answering(b"hello")))

    assert answer.headers["Content-Length"] == "5"


def test_a_status_from_400_on_is_a_failure(told: Told) -> None:
    get(hooked(told, answering(status="399 Odd")))
    get(hooked(told, answering(status="400 Bad Request")))

    assert told.only("success", "error") == [(True, None), (False, "HTTP 400")]


def test_a_stream_is_finished_with_its_last_part_and_closed(told: Told) -> None:
    ticks = Ticks()
    closed = []

    class Parts:
        def __iter__(self) -> Iterator[bytes]:
            for part in (b"a", b"b"):
                ticks.advance(1)
                yield part

        def close(self) -> None:
            closed.append(told.recorder.counts.captured)

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return Parts()

    assert get(hooked(told, app, clock=ticks)).text == "ab"
    assert told.only("duration_ms", "success") == [(2_000.0, True)]
    assert closed == [1]


def test_a_stream_that_is_closed_early_is_finished_then(told: Told) -> None:
    ticks = Ticks()

    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        try:
            yield b"a"
            yield b"b"
        finally:
            ticks.advance(1)

    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "", "HTTP_X_USER": "ann"}
    body: Any = hooked(told, app, clock=ticks)(environ, lambda *status: None)
    next(body)
    body.close()

    assert told.only("item", "duration_ms", "success") == [("/", 1_000.0, True)]


def test_an_application_that_starts_late_has_its_status(told: Told) -> None:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("404 Not Found", [])
        yield b"nothing here"

    assert get(hooked(told, app)).status_code == 404
    assert told.only("success", "error") == [(False, "HTTP 404")]


def test_an_exception_in_the_application_goes_on_and_is_a_failure(told: Told) -> None:
    def app(environ: Any, start_response: Any) -> Any:
        raise LookupError("ann@example.org")

    assert get(hooked(told, app)).status_code == 500
    assert told.only("success", "error", "context") == [(False, "LookupError", {"method": "GET"})]


def test_an_exception_in_a_stream_goes_on_and_is_a_failure_once(told: Told) -> None:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"a"
        raise OSError("gone")

    assert get(hooked(told, app)).text.startswith("a")  # and what wsgiref says of errors
    assert told.only("success", "error") == [(False, "OSError")]


def test_a_status_that_an_error_replaced_is_the_last_one(told: Told) -> None:
    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        try:
            raise KeyError
        except KeyError as error:
            start_response("503 Busy", [], (type(error), error, error.__traceback__))
        return [b"busy"]

    assert get(hooked(told, app)).status_code == 503
    assert told.only("error") == [("HTTP 503",)]


def test_a_client_that_goes_away_is_recorded(told: Told) -> None:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        while True:
            yield b"x" * 65_536

    with served_wsgi(hooked(told, app)) as url:
        address = urlsplit(url)
        with socket.create_connection((address.hostname, address.port or 0)) as client:
            client.sendall(b"GET / HTTP/1.0\r\nX-User: ann\r\n\r\n")
            client.recv(1)
        told.sink.wait(lambda: bool(told.sink.events))

    assert told.only("user") == [("ann",)]


def test_a_file_is_sent_whole(told: Told) -> None:
    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return environ["wsgi.file_wrapper"](io.BytesIO(b"f" * 100_000))

    assert len(get(hooked(told, app)).content) == 100_000
    assert told.only("success") == [(True,)]


def test_who_is_not_known_is_not_recorded(told: Told) -> None:
    assert get(hooked(told, answering(b"hello")), headers={}).text == "hello"
    assert told.events == []


def test_a_user_named_in_one_request_is_not_the_next_one_s(told: Told) -> None:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        if environ["PATH_INFO"] == "/login":
            identify("bob")
        yield b"part"
        yield (current_user() or "nobody").encode()

    with served_wsgi(hooked(told, app)) as url:
        answers = [httpx.get(url + path).text for path in ("/login", "/")]

    assert answers == ["partbob", "partnobody"]
    assert told.only("user", "item") == [("bob", "/login")]


def test_what_is_tracked_in_a_stream_has_the_request_s_user(told: Told) -> None:
    tracked = Tracking(told.recorder)

    @tracked
    def row() -> bytes:
        return b"row"

    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield row()

    get(hooked(told, app))

    assert told.only("user", "item") == [("ann", "row"), ("ann", "/")]


def test_paths_to_skip_are_left_alone(told: Told) -> None:
    app = hooked(told, answering(), skip=lambda path: path.startswith("/health"))

    get(app, "/health/db")
    get(app, "/")

    assert told.only("item") == [("/",)]


def test_a_path_is_read_as_utf_8(told: Told) -> None:
    get(hooked(told, answering()), "/caf%C3%A9/%FF")

    assert told.only("item") == [("/caf\u00e9/\ufffd",)]


def test_a_coroutine_function_is_refused_where_nothing_awaits_it(told: Told) -> None:
    async def user(environ: Any) -> str:
        return "ann"

    with pytest.raises(InvalidArgument, match="nothing awaits"):
        WSGIMiddleware(answering(), told.recorder, user=user)  # type: ignore[arg-type]  # as refused
