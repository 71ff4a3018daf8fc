"""The ASGI middleware: what it records of requests, behind a real server and Starlette."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from starlette.applications import Starlette
from starlette.authentication import AuthCredentials, AuthenticationBackend, SimpleUser
from starlette.background import BackgroundTask
from starlette.endpoints import HTTPEndpoint
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

import penchant
from penchant.capture.hooks import ASGIMiddleware, Tracking, current_user, identify
from penchant.core.errors import InvalidArgument
from tests.capture.hooks.servers import served_asgi
from tests.capture.hooks.told import Ticks, Told
from tests.capture.sink import Sink


def header(scope: Any) -> str | None:
    """Who it is, as these tests say it."""
    found: bytes | None = dict(scope["headers"]).get(b"x-user")
    return None if found is None else found.decode()


ANN = {"X-User": "ann"}


async def show(request: Request) -> Response:
    return PlainTextResponse(f"sku {request.path_params['sku']}")


async def broken(request: Request) -> Response:
    raise LookupError("ann@example.org")


def in_a_thread(request: Request) -> Response:
    identify("bob")
    return PlainTextResponse("hello")


class Login(HTTPEndpoint):
    async def post(self, request: Request) -> Response:
        return PlainTextResponse("", 303, {"Location": "/"})


ROUTES = [
    Route("/", in_a_thread),
    Route("/products/{sku:str}", show),
    Route("/broken", broken),
    Route("/login", Login),
    Mount("/api/{version}", routes=[Route("/products/{sku}", show)]),
]


@contextmanager
def client(
    told: Told, app: Any = None, *, root_path: str = "", **options: Any
) -> Iterator[httpx.Client]:
    """A client of a real server; every request is over when the block ends."""
    options = {"user": header, **options}
    hooked = ASGIMiddleware(app or Starlette(routes=ROUTES), told.recorder, **options)
    with served_asgi(hooked, root_path) as url, httpx.Client(base_url=url, timeout=30.0) as http:
        yield http


def test_a_request_to_a_real_server_is_recorded_under_the_template_of_its_route(
    told: Told,
) -> None:
    app = Starlette(
        routes=ROUTES, middleware=[Middleware(ASGIMiddleware, told.recorder, user=header)]
    )

    with served_asgi(app) as url:
        answer = httpx.get(f"{url}/products/tea?token=secret", headers=ANN)
        told.sink.wait(lambda: bool(told.sink.events))
    (event,) = told.events
    duration_ms = event.pop("duration_ms")

    assert answer.text == "sku tea"
    assert 0 < duration_ms < 60_000
    assert event == {
        "user": "ann",
        "kind": "api_request",
        "item": "/products/{sku:str}",
        "success": True,
        "context": {"method": "GET", "status": 200},
    }


def test_a_mounted_route_has_the_mount_before_it_and_no_route_has_its_path(
    told: Told, tmp_path: Any
) -> None:
    (tmp_path / "a.css").write_text("")
    routes = [*ROUTES, Mount("/static", StaticFiles(directory=tmp_path))]

    with client(told, Starlette(routes=routes)) as http:
        for path in ("/api/v1/products/tea", "/static/a.css", "/static/b.css", "/nowhere?x=1"):
            http.get(path, headers=ANN)

    assert told.only("item", "success") == [
        ("/api/v1/products/{sku}", True),
        ("/static/{path}", True),
        ("/static/{path}", False),
        ("/nowhere", False),
    ]


def test_a_route_of_fastapi_has_the_prefixes_it_was_included_under(told: Told) -> None:
    products = APIRouter(prefix="/products")

    @products.get("/{sku}")
    async def view(sku: int) -> int:
        return sku

    version = APIRouter(prefix="/{version}")
    version.include_router(products)
    app = FastAPI()
    app.include_router(version, prefix="/api")
    app.get("/direct/{sku}")(view)
    app.mount("/more", app)

    with client(told, app) as http:
        paths = (
            "/api/v1/products/3",
            "/api/v1/products/tea",
            "/direct/3",
            "/more/api/v1/products/3",
        )
        for path in paths:
            http.get(path, headers=ANN)

    assert told.only("item", "error") == [
        ("/api/{version}/products/{sku}", None),
        ("/api/{version}/products/{sku}", "HTTP 422"),
        ("/direct/{sku}", None),
        ("/more/api/{version}/products/{sku}", None),
    ]


def test_a_status_from_400_on_is_a_failure_and_a_redirect_is_not(told: Told) -> None:
    with client(told) as http:
        http.post("/login", headers=ANN)
        http.get("/login", headers=ANN)

    assert told.only("item", "success", "error", "context") == [
        ("/login", True, None, {"method": "POST", "status": 303}),
        ("/login", False, "HTTP 405", {"method": "GET", "status": 405}),
    ]


def test_an_exception_is_recorded_by_its_type_with_the_status_that_was_sent_and_raised(
    told: Told,
) -> None:
    raised: list[LookupError] = []

    async def watching(scope: Any, receive: Any, send: Any) -> None:
        try:
            await hooked(scope, receive, send)
        except LookupError as error:
            raised.append(error)
            raise

    hooked = ASGIMiddleware(Starlette(routes=ROUTES), told.recorder, user=header)
    with served_asgi(watching) as url:
        answer = httpx.get(f"{url}/broken", headers=ANN)

    assert (answer.status_code, len(raised)) == (500, 1)

    assert told.only("item", "success", "error", "context") == [
        ("/broken", False, "LookupError", {"method": "GET", "status": 500})
    ]
    assert "example.org" not in str(told.events)


def test_who_is_not_known_is_not_recorded(told: Told) -> None:
    with client(told) as http:
        assert http.get("/products/tea").status_code == 200

    assert told.events == []


def test_a_user_named_in_a_view_in_a_thread_is_the_request_s(told: Told) -> None:
    with client(told) as http:
        http.get("/")

    assert told.only("user", "item") == [("bob", "/")]


def test_the_user_that_a_middleware_within_found_is_known(told: Told) -> None:
    class Backend(AuthenticationBackend):
        async def authenticate(self, connection: Any) -> Any:
            return AuthCredentials(["in"]), SimpleUser("cyd")

    app = Starlette(
        routes=ROUTES, middleware=[Middleware(AuthenticationMiddleware, backend=Backend())]
    )

    with client(told, app, user=lambda scope: scope["user"].username) as http:
        http.get("/products/tea")

    assert told.only("user") == [("cyd",)]


def test_what_is_tracked_within_a_request_has_its_user(told: Told) -> None:
    tracked = Tracking(told.recorder)

    @tracked
    def price() -> str:
        return current_user() or ""

    async def view(request: Request) -> Response:
        return PlainTextResponse(price())

    with client(told, Starlette(routes=[Route("/", view)])) as http:
        assert http.get("/", headers=ANN).text == "ann"
        http.get("/", headers={"X-User": "bob"})

    assert told.only("user", "item") == [
        ("ann", "price"),
        ("ann", "/"),
        ("bob", "price"),
        ("bob", "/"),
    ]


def test_a_user_function_may_be_a_coroutine_function(told: Told) -> None:
    async def find(scope: Any) -> str | None:
        await asyncio.sleep(0)
        return header(scope)

    with client(told, user=find) as http:
        http.get("/products/tea", headers=ANN)

    assert told.only("user") == [("ann",)]


@pytest.mark.parametrize("option", ["user", "item", "skip"])
def test_a_function_that_fails_fails_no_request(
    told: Told, option: str, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(*asked: Any) -> Any:
        raise KeyError(option)

    options: Any = {option: failing}
    with (
        caplog.at_level(logging.WARNING, "penchant.capture"),
        client(told, None, **options) as http,
    ):
        answers = [http.get("/products/tea", headers=ANN).text for _ in range(2)]

    assert answers == ["sku tea"] * 2
    assert len(told.events) == (0 if option == "user" else 2)
    assert [record.getMessage() for record in caplog.records] == [
        f"'{option}' failed, it is taken for None: KeyError('{option}') (said once)"
    ]


def test_a_coroutine_that_fails_fails_no_request(
    told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    async def failing(scope: Any) -> str:
        raise KeyError("user")

    with caplog.at_level(logging.WARNING, "penchant.capture"), client(told, user=failing) as http:
        assert http.get("/products/tea").status_code == 200

    assert told.events == []
    assert "'user' failed" in caplog.text


def test_paths_to_skip_are_left_alone(told: Told) -> None:
    with client(told, skip=["/products/", "/login"]) as http:
        for path in ("/products/tea", "/login", "/logins", "/products"):
            http.get(path, headers=ANN)

    assert told.only("item") == [("/logins",), ("/products",)]


def test_an_item_function_wins_unless_it_says_none(told: Told) -> None:
    def item(scope: Any) -> str | None:
        found: str | None = scope["path_params"].get("sku") if "path_params" in scope else None
        return found

    with client(told, item=item) as http:
        http.get("/products/tea", headers=ANN)
        http.get("/login", headers=ANN)

    assert told.only("item") == [("tea",), ("/login",)]


def test_a_stream_is_finished_with_its_last_part_and_before_the_background(told: Told) -> None:
    ticks = Ticks()

    async def parts() -> AsyncIterator[str]:
        for part in "abc":
            ticks.advance(1)
            yield part

    async def stream(request: Request) -> Response:
        return StreamingResponse(parts(), background=BackgroundTask(ticks.advance, 60))

    with client(told, Starlette(routes=[Route("/", stream)]), clock=ticks) as http:
        assert http.get("/", headers=ANN).text == "abc"

    assert told.only("duration_ms", "success") == [(3_000.0, True)]


def test_a_stream_that_breaks_off_has_failed(told: Told) -> None:
    async def parts() -> AsyncIterator[str]:
        yield "a"
        raise OSError("gone")

    async def stream(request: Request) -> Response:
        return StreamingResponse(parts())

    with (
        client(told, Starlette(routes=[Route("/", stream)])) as http,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        http.get("/", headers=ANN)

    assert told.only("success", "error", "context") == [
        (False, "OSError", {"method": "GET", "status": 200})
    ]


def test_a_client_that_goes_away_is_recorded(told: Told) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        await asyncio.Event().wait()

    async def leave() -> None:
        async def nowhere(message: Any) -> None: ...

        scope = {"type": "http", "path": "/", "method": "GET", "headers": [(b"x-user", b"ann")]}
        hooked = ASGIMiddleware(app, told.recorder, user=header)
        task = asyncio.create_task(hooked(scope, nowhere, nowhere))  # type: ignore[arg-type]  # is not asked
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(leave())

    assert told.only("success", "error") == [(False, "CancelledError")]


def test_an_application_that_sends_nothing_has_failed(told: Told) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None: ...

    scope = {"type": "http", "path": "/", "method": "GET", "headers": [(b"x-user", b"ann")]}
    hooked = ASGIMiddleware(app, told.recorder, user=header)
    asyncio.run(hooked(scope, None, None))  # type: ignore[arg-type]  # neither is called

    assert told.only("success", "error", "context") == [(False, "NoResponse", {"method": "GET"})]


def test_websockets_pass(told: Told) -> None:
    passed = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        passed.append((scope, receive, send))

    asked: Any = ({"type": "websocket", "path": "/talk", "headers": []}, object(), object())
    asyncio.run(ASGIMiddleware(app, told.recorder, user=lambda scope: "ann")(*asked))

    assert passed == [asked]
    assert told.events == []


def test_a_path_under_a_root_is_that_within_the_application(told: Told) -> None:
    with client(told, root_path="/shop") as http:
        http.get("/products/tea", headers=ANN)
        http.get("/nowhere", headers=ANN)

    assert told.only("item") == [("/products/{sku:str}",), ("/nowhere",)]


@pytest.mark.parametrize(
    ("root", "path", "item"),
    [
        ("/shop", "/shop/tea", "/tea"),
        ("/shop/", "/shop/tea", "/tea"),
        ("/shop", "/shop", "/"),
        ("/shop", "/shopping/tea", "/shopping/tea"),
        ("", "/tea", "/tea"),
    ],
)
def test_a_root_is_left_out_of_a_path_where_it_is_one(
    told: Told, root: str, path: str, item: str
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Any) -> None:
        """Nobody listens."""

    asked: Any = {"type": "http", "method": "GET", "path": path, "root_path": root}
    hooked = ASGIMiddleware(app, told.recorder, user=lambda scope: "ann")
    asyncio.run(hooked(asked, send, send))  # type: ignore[arg-type]  # nothing is received

    assert told.only("item") == [(item,)]


def test_any_path_is_an_item_that_an_event_can_carry(told: Told) -> None:
    with client(told) as http:
        http.get("/a%00b%ff%F0%9F%98%80" + "c" * 300, headers=ANN)

    assert told.only("item") == [("/a\ufffdb\ufffd\U0001f600" + "c" * 249,)]


def test_the_end_of_the_lifespan_waits_until_the_events_are_stored(sink: Sink) -> None:
    recorder = penchant.Recorder(sink.url, interval=3_600)
    hooked = ASGIMiddleware(Starlette(routes=ROUTES), recorder, user=header)

    with served_asgi(hooked) as url:
        httpx.get(f"{url}/products/tea", headers=ANN)
        before = recorder.counts.stored

    assert (before, recorder.counts.stored) == (0, 1)
    recorder.close()


@pytest.mark.parametrize("options", [{"user": "ann"}, {"user": header, "item": "x"}])
def test_what_is_no_function_is_refused(told: Told, options: Any) -> None:
    with pytest.raises(InvalidArgument, match="expected a function"):
        ASGIMiddleware(Starlette(), told.recorder, **options)


@pytest.mark.parametrize("skip", ["/health", [3]])
def test_what_is_no_list_of_paths_is_refused(told: Told, skip: Any) -> None:
    with pytest.raises(InvalidArgument, match="skip"):
        ASGIMiddleware(Starlette(), told.recorder, user=header, skip=skip)
