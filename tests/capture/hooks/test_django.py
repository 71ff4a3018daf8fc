"""The middleware of Django: what it records, plainly and asynchronously."""

from __future__ import annotations

import asyncio
import gc
import io
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import django
import httpx
import pytest
from django import conf
from django.core.exceptions import PermissionDenied
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.test.utils import override_settings
from django.urls import path

from penchant.capture.hooks import DjangoMiddleware, Tracking, current_user, identify
from tests.capture.hooks.servers import served_asgi, served_wsgi
from tests.capture.hooks.told import Ticks, Told

ANN = {"X-User": "ann"}
HERE = ModuleType("penchant_tests_of_django")  # what Django imports by its name


@pytest.fixture(scope="module", autouse=True)
def configured() -> None:
    if not conf.settings.configured:
        conf.settings.configure(
            DEBUG=False,
            ALLOWED_HOSTS=["*"],
            SECRET_KEY="of the tests",
            LOGGING_CONFIG=None,
            ROOT_URLCONF=HERE.__name__,
        )
        django.setup()


def header(request: Any) -> str | None:
    """Who it is, as these tests say it."""
    found: str | None = request.headers.get("X-User")
    return found


def show(request: HttpRequest, sku: str) -> HttpResponse:
    return HttpResponse(f"sku {sku} for {current_user()}")


async def show_later(request: HttpRequest, sku: str) -> HttpResponse:
    await asyncio.sleep(0)
    return HttpResponse(f"sku {sku} for {current_user()}")


def login(request: HttpRequest) -> HttpResponse:
    identify("bob")
    return HttpResponse("", status=302, headers={"Location": "/"})


def broken(request: HttpRequest) -> HttpResponse:
    raise LookupError("ann@example.org")


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def file(request: HttpRequest) -> FileResponse:
    return FileResponse(io.BytesIO(b"f" * 100_000))


VIEWS = [
    path("products/<slug:sku>/", show),
    path("later/<slug:sku>/", show_later),
    path("login", login),
    path("broken", broken),
    path("forbidden", forbidden),
    path("file", file),
]
Client = Callable[..., Any]


@contextmanager
def client(
    told: Told, *views: Any, asynchronous: bool = False, **options: Any
) -> Iterator[httpx.Client]:
    """A client of a real server around Django with the middleware; all is over when the block ends."""
    options = {"user": header, **options}
    vars(HERE).update(
        urlpatterns=[*VIEWS, *views], middleware=DjangoMiddleware(told.recorder, **options)
    )
    with (
        pytest.MonkeyPatch.context() as patch,
        override_settings(MIDDLEWARE=[f"{HERE.__name__}.middleware"], ROOT_URLCONF=HERE.__name__),
    ):
        patch.setitem(__import__("sys").modules, HERE.__name__, HERE)
        django.urls.clear_url_caches()
        app: Any = ASGIHandler() if asynchronous else WSGIHandler()
        serve = served_asgi if asynchronous else served_wsgi
        with serve(app) as url, httpx.Client(base_url=url, timeout=30.0) as http:
            yield http


@pytest.fixture(params=[False, True], ids=["wsgi", "asgi"])
def asynchronous(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.mark.parametrize("view", ["products", "later"])
def test_a_request_is_recorded_under_its_route(told: Told, asynchronous: bool, view: str) -> None:
    with client(told, asynchronous=asynchronous) as http:
        answer = http.get(f"/{view}/tea/?token=secret", headers=ANN)
    (event,) = told.events
    duration_ms = event.pop("duration_ms")

    assert answer.text == "sku tea for ann"
    assert 0 < duration_ms < 60_000
    assert event == {
        "user": "ann",
        "kind": "api_request",
        "item": f"/{view}/<slug:sku>/",
        "success": True,
        "context": {"method": "GET", "status": 200},
    }


def test_errors_are_recorded_by_their_status_or_the_exception_they_came_of(
    told: Told, asynchronous: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "django.request")

    with client(told, asynchronous=asynchronous) as http:
        answers = [
            http.get(path, headers=ANN).status_code
            for path in ("/broken", "/forbidden", "/nowhere")
        ]

    assert answers == [500, 403, 404]
    assert told.only("item", "success", "error") == [
        ("/broken", False, "LookupError"),
        ("/forbidden", False, "PermissionDenied"),
        ("/nowhere", False, "HTTP 404"),
    ]
    assert "example.org" not in str(told.events)


def test_who_is_not_known_is_not_recorded_and_who_is_named_in_the_view_is(
    told: Told, asynchronous: bool
) -> None:
    with client(told, asynchronous=asynchronous) as http:
        http.get("/products/tea/")
        http.get("/login")

    assert told.only("user", "item", "success") == [("bob", "/login", True)]


def test_a_user_function_may_be_a_coroutine_function_where_django_is_asynchronous(
    told: Told,
) -> None:
    async def find(request: Any) -> str | None:
        await asyncio.sleep(0)
        return header(request)

    with client(told, asynchronous=True, user=find) as http:
        http.get("/later/tea/", headers=ANN)

    assert told.only("user") == [("ann",)]


def test_a_coroutine_function_where_django_is_not_asynchronous_is_said_once(
    told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    async def find(request: Any) -> str | None:
        return header(request)

    with caplog.at_level(logging.WARNING, "penchant.capture"), client(told, user=find) as http:
        answers = [http.get("/products/tea/", headers=ANN).status_code for _ in range(2)]

    assert (answers, told.events) == ([200, 200], [])
    assert [record.getMessage() for record in caplog.records] == [
        "'user' is a coroutine function, which nothing awaits here; nobody is known by it"
    ]


def test_a_stream_is_finished_with_its_last_part(told: Told) -> None:
    ticks = Ticks()
    tracked = Tracking(told.recorder, clock=ticks)

    @tracked
    def part() -> str:
        ticks.advance(1)
        return "part"

    def stream(request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(part() for _ in range(2))

    with client(told, path("stream", stream), clock=ticks) as http:
        assert http.get("/stream", headers=ANN).text == "partpart"

    assert told.only("user", "item", "duration_ms") == [
        ("ann", "part", 1_000.0),
        ("ann", "part", 1_000.0),
        ("ann", "/stream", 2_000.0),
    ]


def test_an_asynchronous_stream_is_finished_with_its_last_part(told: Told) -> None:
    ticks = Ticks()

    async def parts() -> AsyncIterator[str]:
        for _ in range(2):
            ticks.advance(1)
            yield current_user() or ""

    async def stream(request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(parts())

    with client(told, path("stream", stream), asynchronous=True, clock=ticks) as http:
        assert http.get("/stream", headers=ANN).text == "annann"

    assert told.only("user", "item", "duration_ms") == [("ann", "/stream", 2_000.0)]


@pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")
def test_a_stream_that_breaks_off_has_failed(told: Told, asynchronous: bool) -> None:
    async def awaited() -> AsyncIterator[str]:
        yield "a"
        raise OSError("gone")

    def parts() -> Iterator[str]:
        yield "a"
        raise OSError("gone")

    def stream(request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(awaited() if asynchronous else parts())

    with client(told, path("stream", stream), asynchronous=asynchronous) as http:
        try:
            http.get("/stream", headers=ANN)
        except httpx.RemoteProtocolError:
            assert asynchronous
    gc.collect()  # Django leaves the file of such a request's body to the collector

    assert told.only("success", "error") == [(False, "OSError")]


def test_a_file_is_sent_whole(told: Told) -> None:
    with client(told) as http:
        assert len(http.get("/file", headers=ANN).content) == 100_000

    assert told.only("item", "success") == [("/file", True)]


def test_paths_to_skip_are_left_alone(told: Told, asynchronous: bool) -> None:
    with client(told, asynchronous=asynchronous, skip=["/products/"]) as http:
        http.get("/products/tea/", headers=ANN)
        http.get("/later/tea/", headers=ANN)

    assert told.only("item") == [("/later/<slug:sku>/",)]
