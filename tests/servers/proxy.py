"""A line to a server that can be cut at a chosen moment."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

Cut = Callable[[bytes, socket.socket], bool]  # what the client sends, the server's side: cut now?


class Line:
    """Listens on ``port`` and passes everything on to a server, until ``cut`` says to cut.

    ``cut`` is asked with whatever a client sends before it is passed on, and may pass it on itself.
    The server's side of what was cut stays open; connections made later are whole again.
    """

    def __init__(self, server: int) -> None:
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.cut: Cut = lambda sent, server: False
        self._sockets = [self._listener]
        self._threads: list[Thread] = []
        self._start(self._accept)

    def close(self) -> None:
        for one in list(self._sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        while self._threads:
            self._threads.pop().join()
        for one in self._sockets:
            one.close()

    def _start(self, act: Callable[..., None], *sockets: socket.socket) -> None:
        thread = Thread(target=act, args=sockets, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._server))
                self._sockets += (client, server)
                self._start(self._forth, client, server)
                self._start(self._back, server, client)

    def _forth(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while sent := client.recv(65_536):
                if self.cut(sent, server):
                    client.shutdown(socket.SHUT_RDWR)
                    return
                server.sendall(sent)
            server.shutdown(socket.SHUT_WR)

    def _back(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while told := server.recv(65_536):
                client.sendall(told)
            client.shutdown(socket.SHUT_WR)
