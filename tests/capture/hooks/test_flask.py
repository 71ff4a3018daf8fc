"""The hook of Flask: what it records of an application."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from flask import Flask, Response, abort, request, session, stream_with_context

from penchant.capture.hooks import Tracking, current_user, hook_flask, identify
from penchant.core.errors import InvalidArgument
from tests.capture.hooks.servers import served_wsgi
from tests.capture.hooks.told import Ticks, Told


def application() -> Flask:
    app = Flask("shop")
    app.secret_key = "of the tests"

    @app.get("/login/<name>")
    def login(name: str) -> str:
        session["user"] = name
        return "welcome"

    @app.route("/products/<sku>", methods=["GET", "POST"])
    def show(sku: str) -> str:
        return f"sku {sku} for {current_user()}"

    @app.get("/broken")
    def broken() -> str:
        raise LookupError("ann@example.org")

    @app.get("/forbidden")
    def forbidden() -> str:
        abort(403)

    return app


def read(client: Any, path: str) -> int:
    """The status of a response that was read to its end, as a server does."""
    answer = client.get(path)
    answer.get_data()
    status: int = answer.status_code
    return status


def of_session() -> str | None:
    return session.get("user")


@pytest.fixture
def app(told: Told) -> Flask:
    made = application()
    hook_flask(made, told.recorder, user=of_session)
    return made


def test_requests_to_a_real_server_are_recorded_under_their_rules(app: Flask, told: Told) -> None:
    with served_wsgi(app) as url, httpx.Client(base_url=url, timeout=30.0) as http:
        http.get("/login/ann")
        answer = http.post("/products/tea?token=secret")

    assert answer.text == "sku tea for ann"
    assert told.only("user", "kind", "item", "success", "context") == [
        ("ann", "api_request", "/login/<name>", True, {"method": "GET", "status": 200}),
        ("ann", "api_request", "/products/<sku>", True, {"method": "POST", "status": 200}),
    ]


def test_a_visitor_nobody_knows_is_not_recorded_and_not_complained_of(
    app: Flask, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "penchant.capture"):
        read(app.test_client(), "/products/tea")

    assert (told.events, caplog.records) == ([], [])


def test_errors_are_recorded_by_their_status_or_the_exception_they_came_of(
    app: Flask, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr(app.logger, "disabled", True)
    client = app.test_client()
    read(client, "/login/ann")

    for path in ("/broken", "/forbidden", "/nowhere"):
        read(client, path)

    assert told.only("item", "success", "error")[1:] == [
        ("/broken", False, "LookupError"),
        ("/forbidden", False, "HTTP 403"),
        ("/nowhere", False, "HTTP 404"),
    ]


def test_an_exception_that_leaves_the_application_is_recorded_and_goes_on(
    app: Flask, told: Told
) -> None:
    app.testing = True
    client = app.test_client()
    read(client, "/login/ann")

    with pytest.raises(LookupError):
        read(client, "/broken")

    assert told.only("item", "success", "error")[1:] == [("/broken", False, "LookupError")]


def test_a_test_client_that_keeps_the_context_is_recorded(app: Flask, told: Told) -> None:
    with app.test_client() as client:
        read(client, "/login/ann")
        assert session["user"] == "ann"

    assert told.only("user", "item") == [("ann", "/login/<name>")]


def test_a_stream_is_finished_with_its_last_part(told: Told) -> None:
    ticks = Ticks()
    app = application()
    hook_flask(app, told.recorder, user=of_session, clock=ticks)
    tracked = Tracking(told.recorder, clock=ticks)

    @app.get("/rows")
    def rows() -> Response:
        @tracked
        def row() -> str:
            ticks.advance(1)
            return "row"

        def parts() -> Iterator[str]:
            yield row()
            yield row()

        return Response(stream_with_context(parts()))

    client = app.test_client()
    read(client, "/login/ann")

    assert client.get("/rows").text == "rowrow"
    assert told.only("user", "item", "duration_ms")[1:] == [
        ("ann", "row", 1_000.0),
        ("ann", "row", 1_000.0),
        ("ann", "/rows", 2_000.0),
    ]


def test_a_user_named_in_the_view_is_the_request_s(told: Told) -> None:
    app = application()
    hook_flask(app, told.recorder, user=lambda: None)

    @app.get("/token")
    def token() -> str:
        identify("bob")
        return ""

    read(app.test_client(), "/token")

    assert told.only("user", "item") == [("bob", "/token")]


def test_a_user_function_that_fails_fails_no_request(
    told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    app = application()
    hook_flask(app, told.recorder, user=lambda: session["user"])

    with caplog.at_level(logging.WARNING, "penchant.capture"):
        answers = [read(app.test_client(), "/products/tea") for _ in range(2)]

    assert (answers, told.events, len(caplog.records)) == ([200, 200], [], 1)


def test_paths_to_skip_are_left_alone_and_an_item_function_knows_the_request(told: Told) -> None:
    app = application()
    hook_flask(
        app,
        told.recorder,
        user=lambda: "ann",
        skip=["/login/"],
        item=lambda: (request.view_args or {}).get("sku"),
    )

    read(app.test_client(), "/login/ann")
    read(app.test_client(), "/products/tea")

    assert told.only("item") == [("tea",)]


def test_hooking_twice_or_what_is_no_application_is_refused(app: Flask, told: Told) -> None:
    with pytest.raises(InvalidArgument, match="hooked already"):
        hook_flask(app, told.recorder, user=of_session)
    with pytest.raises(InvalidArgument, match="expected an application"):
        hook_flask(app.wsgi_app, told.recorder, user=of_session)


@pytest.mark.parametrize("user", ["ann", None])
def test_a_user_that_is_no_function_is_refused(told: Told, user: Any) -> None:
    with pytest.raises(InvalidArgument, match="user"):
        hook_flask(application(), told.recorder, user=user)
