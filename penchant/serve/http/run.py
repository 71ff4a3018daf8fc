"""Running: listen, serve in one process or several, stop without losing anything."""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from threading import Event, Thread
from types import FrameType

import uvicorn

import penchant
from penchant.core.errors import InvalidArgument, InvalidSettings, PenchantError
from penchant.serve.engine import Penchant
from penchant.serve.http.application import make_app
from penchant.serve.http.keys import is_loopback, parse

log = logging.getLogger("penchant.http")

GRACE = 30  # seconds that requests under way have to finish when the server stops
IDLE = 75  # seconds a connection is kept without a request; proxies in front keep theirs for 60
WAITING = 2_048  # connections that may wait to be accepted
SWITCH = 0.0003  # seconds a thread computes before others go first; at 1 ms p99 was a third more
COLLECT = (10_000, 20, 20)  # objects made between looks for cycles: states are many, hold none
LOOK = 0.2  # seconds after which a signal that came between two looks is noticed
_STOP = (signal.SIGINT, signal.SIGTERM)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Port 0 is any free one. Raises ``InvalidArgument`` where it cannot."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:
        raise InvalidArgument(
            "--host", f"{host!r} is no address of this machine: {error}"
        ) from None
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(WAITING)
    except OSError as error:
        listener.close()
        raise InvalidArgument(
            "--port",
            f"cannot listen on {host}:{port}: {error.strerror}; choose another with --port",
        ) from None
    listener.set_inheritable(True)
    return listener


def check_reach(engine: Penchant, host: str) -> None:
    """Raise ``InvalidSettings`` for keys that cannot be used, and for none where others reach us."""
    keys = parse(engine.parts.settings.keys)
    if not is_loopback(host) and not keys:
        raise InvalidSettings(
            "keys",
            f"{host} can be reached from other machines: configure keys first, for example "
            "PENCHANT_KEYS=app:write:$(openssl rand -hex 16); 127.0.0.1 needs none",
        )


def address(listener: socket.socket) -> str:
    """The URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(engine: Penchant, listener: socket.socket) -> None:
    """Answer requests until SIGINT or SIGTERM, then finish those under way."""
    config = uvicorn.Config(
        make_app(engine),
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http="httptools",
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=WAITING,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=GRACE,
    )
    sys.setswitchinterval(SWITCH)
    gc.freeze()  # what is there by now stays
    gc.set_threshold(*COLLECT)
    server = uvicorn.Server(config)

    def stop() -> None:
        # A signal that comes before uvicorn listens to it; when it is done it raises the last one again.
        server.should_exit = True

    with _told_to_stop(stop):
        server.run(sockets=[listener])


def serve_alone(store: str, listener: socket.socket) -> None:
    """One of several processes: opens the store, serves, closes it."""
    with penchant.open(store) as engine:
        serve(engine, listener)


def serve_together(store: str, listener: socket.socket, processes: int) -> int:
    """Serve with several processes on one folder; the exit code of the first that failed, else 0.

    A process that ends by itself is replaced: what it acknowledged is in the store.
    """
    context = get_context("spawn")

    def start() -> SpawnProcess:
        process = context.Process(target=_child, args=(store, listener), name="penchant-serve")
        process.start()
        return process

    stopping = Event()
    with _told_to_stop(stopping.set):
        running = [start() for _ in range(processes)]
        while not stopping.is_set():
            ended = wait([process.sentinel for process in running], timeout=LOOK)
            for process in [one for one in running if one.sentinel in ended]:
                if not stopping.is_set():
                    log.error("a server process ended (%s); starting another", process.exitcode)
                    running.remove(process)
                    running.append(start())
        for process in running:
            process.terminate()
        for process in running:
            process.join()
    codes = [process.exitcode or 0 for process in running]
    return next((abs(code) for code in codes if code), 0)


def _child(store: str, listener: socket.socket) -> None:
    # Until the server listens to signals by itself: leave by the usual way, closing the store.
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it as well and says SIGTERM
    Thread(target=_end_with_parent, name="penchant-parent", daemon=True).start()
    try:
        serve_alone(store, listener)
    except PenchantError as error:
        log.error("%s", error)
        sys.exit(1)


def _end_with_parent() -> None:
    """Stop as on SIGTERM once the process that started this one is gone, which may have been killed."""
    parent = parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os.kill(os.getpid(), signal.SIGTERM)


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


@contextmanager
def _told_to_stop(act: Callable[[], None]) -> Iterator[None]:
    """Call ``act`` on SIGINT and SIGTERM instead of ending."""
    before = {number: signal.signal(number, lambda *_: act()) for number in _STOP}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
