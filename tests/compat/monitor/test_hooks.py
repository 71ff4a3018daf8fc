"""Hooks of the monitor: commands and requests by the documented names."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from flask import Flask, session

from penchant.capture.hooks import acting_as, identify
from penchant.compat.monitor import (
    CLIMonitoringMiddleware,
    InteractionMonitor,
    create_flask_middleware,
    get_monitor,
    record_cli_interaction,
    stop_monitor,
    track_cli_command,
)
from penchant.compat.monitor.records import Interaction
from penchant.core.errors import InvalidArgument
from tests.capture.hooks.told import Ticks


def told(monitor: InteractionMonitor) -> list[Interaction]:
    log = monitor.latest().parts.store
    return [Interaction.of(event) for _, event in log.since(0, 1_000)]


def said(monitor: InteractionMonitor) -> list[tuple[str, str, str | None, float]]:
    return [(one.command, one.status, one.error_message, one.duration_ms) for one in told(monitor)]


def test_a_decorated_function_is_a_command_by_its_name(monitor: InteractionMonitor) -> None:
    ticks = Ticks()

    @track_cli_command("my_command", monitor=monitor, clock=ticks)
    def run(step: float, error: Exception | None = None) -> str:
        ticks.advance(step)
        if error is not None:
            raise error
        return "done"

    assert run(0.5) == "done"
    for error in (KeyError("ann@example.org"), TimeoutError()):
        with pytest.raises(type(error)):
            run(0.25, error)

    assert run.__name__ == "run"
    assert said(monitor) == [
        ("my_command", "success", None, 500.0),
        ("my_command", "error", "KeyError", 250.0),
        ("my_command", "timeout", "TimeoutError", 250.0),
    ]
    assert monitor.get_statistics()["command_frequency"] == {"my_command": 3}


def test_a_coroutine_is_a_command_until_it_was_awaited(monitor: InteractionMonitor) -> None:
    ticks = Ticks()

    @track_cli_command("sync", monitor=monitor, clock=ticks)
    async def run() -> None:
        await asyncio.sleep(0)
        ticks.advance(1.0)

    asyncio.run(run())

    assert said(monitor) == [("sync", "success", None, 1_000.0)]


def test_the_monitor_of_the_process_is_asked_for_at_the_call(folder: Any) -> None:
    @track_cli_command("status")
    def run() -> None:
        identify("ann")

    with acting_as(None):
        monitor = get_monitor(folder)
        run()

    (one,) = told(monitor)
    assert one.user_hash == monitor.recording.pseudonym("ann")


@pytest.mark.parametrize("command", ["", None, len])
def test_a_decorator_without_the_name_of_a_command_is_refused(command: Any) -> None:
    with pytest.raises(InvalidArgument, match="command: expected its name"):
        track_cli_command(command)


def test_two_calls_around_a_command_make_one_interaction(monitor: InteractionMonitor) -> None:
    ticks = Ticks()
    middleware = CLIMonitoringMiddleware(monitor, parameters=("count",), clock=ticks)

    first = middleware.before_command("status", [], {})
    ticks.advance(0.5)
    middleware.after_command(first, success=True)
    second = middleware.before_command("send", ["ann@example.org"], {"count": 2, "to": "ann"})
    ticks.advance(1.0)
    middleware.after_command(second, success=False, error=OSError("ann@example.org"))
    middleware.after_command(middleware.before_command("stop"), success=False)

    assert said(monitor) == [
        ("status", "success", None, 500.0),
        ("send", "error", "OSError", 1_000.0),
        ("stop", "failure", None, 0.0),
    ]
    assert [one.metadata for one in told(monitor)] == [{}, {"count": 2}, {}]


def test_parameters_are_a_list_of_names() -> None:
    with pytest.raises(InvalidArgument, match="parameters: expected a list of names, got 'count'"):
        CLIMonitoringMiddleware(parameters="count")


def test_one_call_records_a_command_that_has_ended(folder: Any) -> None:
    monitor = get_monitor(folder)

    record_cli_interaction(
        command="build", success=True, duration_ms=12.5, error=None, metadata={"target": "docs"}
    )
    record_cli_interaction(command="build", success=False, duration_ms=1, error="no such target")
    record_cli_interaction("build", False, error=TimeoutError("ann"), user_id="ann")

    assert said(monitor) == [
        ("build", "success", None, 12.5),
        ("build", "error", "no such target", 1.0),
        ("build", "timeout", "TimeoutError", 0.0),
    ]
    assert [one.user_hash is None for one in told(monitor)] == [True, True, False]


@pytest.fixture
def app(monitor: InteractionMonitor) -> Flask:
    made = Flask("reports")
    made.secret_key = "of the tests"

    @made.get("/login/<name>")
    def login(name: str) -> str:
        session["user"] = name
        return "welcome"

    @made.get("/reports/<name>")
    def show(name: str) -> str:
        return name

    @made.get("/as/<name>")
    def become(name: str) -> str:
        identify(name)
        return name

    hooked: Flask = create_flask_middleware(
        made, user=lambda: session.get("user"), skip=["/health"], monitor=monitor
    )
    return hooked


def test_every_request_of_a_flask_application_is_an_interaction(
    app: Flask, monitor: InteractionMonitor
) -> None:
    client = app.test_client()
    for path in ("/reports/a", "/login/ann", "/reports/b", "/nowhere", "/health"):
        client.get(path).get_data()

    found = [
        (one.interaction_type, one.command, one.status, one.error_message, one.user_hash)
        for one in told(monitor)
    ]
    ann = monitor.recording.pseudonym("ann")
    assert found == [
        ("api_request", "/reports/<name>", "success", None, None),
        ("api_request", "/login/<name>", "success", None, ann),
        ("api_request", "/reports/<name>", "success", None, ann),
        ("api_request", "/nowhere", "error", "HTTP 404", ann),
    ]


def test_whoever_a_view_identifies_has_a_pseudonym_as_well(
    app: Flask, monitor: InteractionMonitor
) -> None:
    app.test_client().get("/as/bob").get_data()

    assert [one.user_hash for one in told(monitor)] == [monitor.recording.pseudonym("bob")]


def test_a_path_without_a_route_is_scrubbed(app: Flask, monitor: InteractionMonitor) -> None:
    app.test_client().get("/users/ann@example.org").get_data()

    assert [one.command for one in told(monitor)] == ["/users/[email]"]


def test_an_application_is_hooked_with_the_monitor_of_the_process(folder: Any) -> None:
    monitor = get_monitor(folder)
    made = Flask("plain")
    made.get("/")(lambda: "hello")
    create_flask_middleware(made)

    made.test_client().get("/").get_data()

    assert [(one.command, one.user_hash) for one in told(monitor)] == [("/", None)]
    stop_monitor()


def test_what_is_no_function_of_the_user_is_refused(monitor: InteractionMonitor) -> None:
    with pytest.raises(InvalidArgument, match="user: expected a function"):
        create_flask_middleware(Flask("plain"), user="ann", monitor=monitor)  # type: ignore[arg-type]  # that is what is tried
