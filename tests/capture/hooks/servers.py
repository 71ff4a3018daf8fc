"""Real servers around an application, in a thread, on a free port."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import uvicorn


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:
        """A test prints nothing."""

    def get_stderr(self) -> Any:
        return _Nowhere()


class _Nowhere:
    def write(self, text: str) -> None:
        """Tracebacks of applications that fail on purpose."""

    def flush(self) -> None: ...


@contextmanager
def served_wsgi(app: Any) -> Iterator[str]:
    """The address of an application of WSGI."""
    with make_server("127.0.0.1", 0, app, handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Started(uvicorn.Server):
    def __init__(self, app: Any, root_path: str) -> None:
        super().__init__(uvicorn.Config(app, port=0, log_level="critical", root_path=root_path))
        self.ready = threading.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@contextmanager
def served_asgi(app: Any, root_path: str = "") -> Iterator[str]:
    """The address of an application of ASGI."""
    server = _Started(app, root_path)
    thread = threading.Thread(target=server.run)
    thread.start()
    assert server.ready.wait(30.0)
    try:
        yield "http://127.0.0.1:%d" % server.servers[0].sockets[0].getsockname()[1]  # noqa: UP031
    finally:
        server.should_exit = True
        thread.join()
