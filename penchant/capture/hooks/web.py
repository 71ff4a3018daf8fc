"""Web: what the hooks of web frameworks share, which requests are recorded and as what."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Collection
from typing import TYPE_CHECKING, Any

from penchant.capture.episodes import Episodes
from penchant.capture.hooks.actor import Actor
from penchant.capture.hooks.outcome import failure_of
from penchant.core.errors import InvalidArgument
from penchant.core.names import LONGEST

if TYPE_CHECKING:
    from penchant.capture.recorder import Recorder

KIND = "api_request"
FAILED = 400  # the least status of a response that did not give what was asked for

User = Callable[..., str | None]
AsyncUser = Callable[..., str | Awaitable[str | None] | None]
Item = Callable[..., str | None]
Skip = Collection[str] | Callable[[str], bool]


class Web:
    """One hook: ``user``, ``item`` and ``skip`` as its documentation says, ``asks`` what they take."""

    def __init__(
        self,
        recorder: Recorder,
        *,
        user: AsyncUser,
        item: Item | None,
        skip: Skip,
        clock: Callable[[], float],
        waits: bool = False,
    ) -> None:
        check_function("user", user, coroutine=waits)
        if item is not None:
            check_function("item", item)
        self.recorder = recorder
        self.clock = clock
        self.said = Episodes()
        self._user = user
        self._item = item
        self._skip = skip if callable(skip) else skipping(skip)

    def skips(self, path: str) -> bool:
        """Whether requests of this path are left alone; a function that fails leaves out none."""
        return bool(self.told("skip", self._skip, path))

    def user_of(self, *asked: Any) -> Any:
        """Whom the host's function finds, or something to await; ``None`` where it fails."""
        return self.told("user", self._user, *asked)

    def item_of(self, *asked: Any) -> str | None:
        return None if self._item is None else self.told("item", self._item, *asked)

    def told(self, name: str, function: Callable[..., Any], *asked: Any) -> Any:
        """What a function of the host says; a failure is said once, and never the request's."""
        try:
            return function(*asked)
        except Exception as problem:  # noqa: BLE001  # the function is of the host
            self.failed(name, problem)
            return None

    def unawaited(self, found: Any) -> None:
        """Let go of what a coroutine function gave where nothing can wait."""
        if inspect.iscoroutine(found):
            found.close()

    def failed(self, name: str, problem: Exception) -> None:
        self.said.begin(name, "%r failed, it is taken for None: %r (said once)", name, problem)


class Visit(Actor):
    """One request, from its beginning until its response is finished. ``asked`` is what ``user`` takes."""

    __slots__ = (
        "_begun",
        "_settled",
        "_web",
        "asked",
        "ended",
        "error",
        "item",
        "method",
        "path",
        "route",
        "status",
    )  # fmt: skip

    def __init__(self, web: Web, *asked: Any, path: str, method: str) -> None:
        super().__init__()
        self._web = web
        self.asked = asked
        self.path = path
        self.method = method
        self.route: str | None = None
        self.item: str | None = None
        self.status: int | None = None
        self.error: BaseException | None = None  # what became the response, where that is known
        self.ended = False
        self._settled = False  # whether the host's function has had its last say
        self._begun = web.clock()

    def ask(self) -> str | None:
        if self._settled:
            return None
        found = self._web.user_of(*self.asked)
        if inspect.isawaitable(found):  # who asks here cannot wait; the end of the request can
            self._web.unawaited(found)
            return None
        return found  # type: ignore[no-any-return]  # what is no text is refused as an event

    def keep(self) -> None:
        """Ask the host's functions now, where they would not know any more at the end."""
        if self.user is None:
            found = self._web.user_of(*self.asked)
            if inspect.isawaitable(found):
                self._web.unawaited(found)
                self._web.said.begin(
                    "await",
                    "'user' is a coroutine function, which nothing awaits here; nobody is known by it",
                )
                found = None
            self.user = found
        self._settle()

    async def find(self) -> None:
        """As :meth:`keep`, for a ``user`` that may be a coroutine function."""
        if self.user is None:
            found = self._web.user_of(*self.asked)
            if inspect.isawaitable(found):
                try:
                    found = await found
                except Exception as problem:  # noqa: BLE001  # the function is of the host
                    self._web.failed("user", problem)
                    found = None
            self.user = found if self.user is None else self.user
        self._settle()

    def _settle(self) -> None:
        self._settled = True
        self.item = self._web.item_of(*self.asked)

    def since(self) -> float:
        """Milliseconds since it began."""
        return (self._web.clock() - self._begun) * 1_000

    def end(self, raised: BaseException | None = None, *, duration_ms: float | None = None) -> None:
        """Record it, once: ``raised`` went through the hook. Where nobody is known nothing is recorded."""
        if self.ended:
            return
        self.ended = True
        duration_ms = self.since() if duration_ms is None else duration_ms
        if not self._settled:
            self.keep()
        user = self.user
        if user is None:
            return
        failure = self._failure(raised)
        context = {"method": self.method}
        self._web.recorder.record(
            user,
            KIND,
            bounded(self.item or self.route or self.path),
            success=failure is None,
            error=failure,
            duration_ms=duration_ms,
            context=context if self.status is None else {**context, "status": self.status},
        )

    def _failure(self, raised: BaseException | None) -> str | None:
        """Why it failed: an exception, else a status that is an error, else no response at all."""
        failure = failure_of(raised)
        if failure is None and self.status is None:
            return "NoResponse"
        if failure is None and self.status is not None and self.status >= FAILED:
            return failure_of(self.error) or f"HTTP {self.status}"
        return failure


def bounded(text: str, longest: int = LONGEST) -> str:
    """A text as an event can carry it: cut at ``longest`` characters, without NUL and half characters.

    >>> bounded("/a\\0b" + "c" * 300)[:5], len(bounded("/" * 300))
    ('/a�bc', 255)
    """
    whole = text[:longest].replace("\0", "\ufffd")
    return whole if whole.isascii() else whole.encode(errors="replace").decode()


def check_function(name: str, function: object, *, coroutine: bool = False) -> None:
    """Raise ``InvalidArgument`` for what cannot be called, or gives what nobody can wait for."""
    if not callable(function):
        raise InvalidArgument(name, f"expected a function, got {type(function).__name__}")
    if not coroutine and inspect.iscoroutinefunction(function):
        raise InvalidArgument(name, "expected a plain function: nothing awaits a coroutine here")


def skipping(paths: Collection[str]) -> Callable[[str], bool]:
    """Whether a path is among ``paths``; one that ends in ``/`` stands for all beneath it.

    >>> skips = skipping(["/health", "/static/"])
    >>> skips("/health"), skips("/healthy"), skips("/static/app.css")
    (True, False, True)
    """
    if isinstance(paths, str) or not all(isinstance(path, str) for path in paths):
        raise InvalidArgument("skip", f"expected a function or a list of paths, got {paths!r:.60}")
    whole = frozenset(paths)
    beneath = tuple(path for path in whole if path.endswith("/"))
    return lambda path: path in whole or (bool(beneath) and path.startswith(beneath))
