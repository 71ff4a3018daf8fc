"""Web applications: every request of a Flask application is an interaction."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

from penchant.capture.hooks.flask import hook_flask
from penchant.capture.hooks.web import Skip, User, check_function
from penchant.capture.recorder import Recorder
from penchant.compat.monitor.current import get_monitor
from penchant.compat.monitor.monitor import InteractionMonitor
from penchant.compat.monitor.records import UNKNOWN


def create_flask_middleware(
    app: Any,
    *,
    user: User | None = None,
    skip: Skip = (),
    monitor: InteractionMonitor | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Any:
    """Record every request of a Flask application, as ``penchant.capture.hooks.hook_flask`` does.

    ``user`` is a function without arguments, called within the request; ``identify()`` in a view wins
    over it. Requests of nobody known are recorded as well. The command is the rule of the route, and
    the path where there is none. Returns the application. Raises ``InvalidArgument``.
    """
    if user is not None:
        check_function("user", user)
    told = user
    hook_flask(
        app,
        cast(Recorder, (monitor or get_monitor()).recording),
        user=lambda: (None if told is None else told()) or UNKNOWN,
        skip=skip,
        clock=clock,
    )
    return app
