"""Actor: for whom the program is at work just now, in this thread or task."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Actor:
    """Whoever a request, a command or a block is for; shared by the threads it is handed to.

    It is one object for all of them and not a value a context: what a view in a pool of threads finds
    out, the middleware around it knows.
    """

    __slots__ = ("_asking", "user")

    def __init__(self, user: str | None = None) -> None:
        self.user = user
        self._asking = False

    def known(self) -> str | None:
        """The user named last; else whoever :meth:`ask` finds."""
        if self.user is not None or self._asking:
            return self.user
        self._asking = True  # the host's function may itself ask for the current user
        try:
            return self.ask()
        finally:
            self._asking = False

    def ask(self) -> str | None:
        """Who it is, where nobody was named."""
        return None


actors: ContextVar[Actor | None] = ContextVar("penchant_actor", default=None)


def current_user() -> str | None:
    """For whom the program is at work, or ``None`` where nobody said.

    Within a request that a hook records it is whoever :func:`identify` named, else whom the hook's
    ``user`` finds. ``Tracking`` and ``LogHandler`` ask here unless they are told otherwise.
    """
    actor = actors.get()
    return None if actor is None else actor.known()


def identify(user: str | None) -> None:
    """Say who it is: until the end of the request, command or ``acting_as`` block around.

    Without one around it holds in this thread or task, and in what it starts, until it is said anew.

    >>> with acting_as(None):
    ...     identify("ann")
    ...     current_user()
    'ann'
    """
    actor = actors.get()
    if actor is None:
        actors.set(Actor(user))
    else:
        actor.user = user


@contextmanager
def acting_as(user: str | None) -> Iterator[None]:
    """Within the block the program is at work for ``user``; ``None``: for nobody known.

    >>> with acting_as("ann"):
    ...     current_user()
    'ann'
    """
    with acting(Actor(user)):
        yield


class acting:  # a word in a with statement; quicker than a generator
    """Within the block, ``actor`` is the one at work. Not to be entered twice at once."""

    __slots__ = ("_actor", "_token")

    def __init__(self, actor: Actor) -> None:
        self._actor = actor

    def __enter__(self) -> None:
        self._token = actors.set(self._actor)

    def __exit__(self, *error: object) -> None:
        actors.reset(self._token)
