"""Flask: every request of an application, by the rule of its route."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from penchant.capture.hooks.actor import actors
from penchant.capture.hooks.web import Item, Skip, User, Visit, check_function
from penchant.capture.hooks.wsgi import WSGIMiddleware
from penchant.core.errors import InvalidArgument

if TYPE_CHECKING:
    from penchant.capture.recorder import Recorder


def hook_flask(
    app: Any,
    recorder: Recorder,
    *,
    user: User,
    item: Item | None = None,
    skip: Skip = (),
    clock: Callable[[], float] = time.perf_counter,
) -> None:
    """Record every request of a Flask application as an ``api_request``, also of one made by a factory.

    ``user`` and ``item`` take no argument: they are called within the request, after the view, where
    ``request``, ``session``, ``g`` and ``current_user`` of Flask-Login are at hand. The item is the rule,
    such as ``/products/<sku>``, unless ``item`` says another one; the rest is as ``ASGIMiddleware`` has
    it. The error of a 500 is the exception that became it. Raises ``InvalidArgument`` for what is no
    application, and for one that is hooked already: it would be recorded twice.
    """
    if not all(hasattr(app, name) for name in ("wsgi_app", "teardown_request", "extensions")):
        raise InvalidArgument("app", f"expected an application of Flask, got {type(app).__name__}")
    if "penchant" in app.extensions:
        raise InvalidArgument("app", f"{app.name!r} is hooked already")
    check_function("user", user)
    if item is not None:
        check_function("item", item)
    app.wsgi_app = WSGIMiddleware(
        app.wsgi_app,
        recorder,
        user=lambda environ: user(),
        item=None if item is None else lambda environ: item(),
        skip=skip,
        clock=clock,
    )
    app.extensions["penchant"] = app.wsgi_app
    app.after_request(_answered)
    app.teardown_request(_over)  # also of a request that no response came of


def _answered(response: Any) -> Any:
    _keep()
    return response


def _over(error: BaseException | None) -> None:
    visit = _keep()
    if visit is not None and error is not None:
        visit.error = error


def _keep() -> Visit | None:
    """Ask what is to be asked while Flask knows the request."""
    visit = actors.get()
    if not isinstance(visit, Visit):  # a path that is skipped
        return None
    (environ,) = visit.asked
    rule = getattr(environ.get("werkzeug.request"), "url_rule", None)
    visit.route = getattr(rule, "rule", None)
    visit.keep()
    return visit
