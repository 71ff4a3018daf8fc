"""Calls and operations: what a request asks for, and what the server can be asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from penchant.serve.engine import Penchant
from penchant.serve.http.answer import Answer
from penchant.serve.http.body import Receive
from penchant.serve.http.keys import Wanted
from penchant.serve.http.wire import NoQuery, Query

if TYPE_CHECKING:
    from penchant.serve.http.server import Server

Headers: TypeAlias = Mapping[bytes, bytes]


@dataclass(slots=True)
class Request:
    """A request as it came; ``path`` is still percent-encoded."""

    method: str
    path: str
    query: bytes
    headers: Headers
    host: str
    id: str
    receive: Receive
    route: str = "unknown"


@dataclass(slots=True)
class Call:
    """A request that was understood: names of its path, parameters, body."""

    server: Server
    request: Request
    names: Mapping[str, str]
    query: Any = None
    body: Any = None

    @property
    def engine(self) -> Penchant:
        return self.server.engine


Quick: TypeAlias = Callable[[Call], bool]


def always(call: Call) -> bool:
    """Answered on the event loop: it never waits."""
    return True


def never(call: Call) -> bool:
    """Answered on a thread: it may take a while."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path. Exactly one of ``read`` and ``write`` carries it out.

    ``read`` is called on the event loop where ``quick`` says so, else on a thread. ``body`` is the
    type that is decoded before; ``raw`` says that the operation reads the body by itself;
    ``described`` is the type to be documented where other names are understood as well, ``example`` a body
    that is taken.
    ``answers`` are the bodies by status, ``None`` for none, text for a media type.
    """

    method: str
    path: str
    tag: str
    summary: str
    answers: Mapping[int, Any]
    read: Callable[[Call], Answer] | None = None
    write: Callable[[Call], Awaitable[Answer]] | None = None
    quick: Quick = never
    scope: Wanted = "read"
    query: type[Query] = NoQuery
    body: Any = None
    raw: bool = False
    described: Any = None
    example: Any = None
    errors: tuple[int, ...] = field(default=())

    @property
    def is_quick_if_current(self) -> bool:
        """Whether ``quick`` looks at states in memory, and at the store for what they lack."""
        return self.quick not in (always, never)
