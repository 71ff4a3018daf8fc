"""Hooks: what a framework, a command line or a log sees of its users, told to a recorder.

They know the frameworks by what they look like and import none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penchant.capture.hooks.actor import acting_as, current_user, identify
    from penchant.capture.hooks.argparse import hook_argparse
    from penchant.capture.hooks.asgi import ASGIMiddleware
    from penchant.capture.hooks.click import hook_click
    from penchant.capture.hooks.django import DjangoMiddleware
    from penchant.capture.hooks.flask import hook_flask
    from penchant.capture.hooks.logging import LogHandler
    from penchant.capture.hooks.tracking import Tracking
    from penchant.capture.hooks.wsgi import WSGIMiddleware

__all__ = [
    "ASGIMiddleware",
    "DjangoMiddleware",
    "LogHandler",
    "Tracking",
    "WSGIMiddleware",
    "acting_as",
    "current_user",
    "hook_argparse",
    "hook_click",
    "hook_flask",
    "identify",
]

_HOMES = {
    "ASGIMiddleware": "asgi",
    "DjangoMiddleware": "django",
    "LogHandler": "logging",
    "Tracking": "tracking",
    "WSGIMiddleware": "wsgi",
    "acting_as": "actor",
    "current_user": "actor",
    "hook_argparse": "argparse",
    "hook_click": "click",
    "hook_flask": "flask",
    "identify": "actor",
}


def __getattr__(name: str) -> Any:
    """A hook is imported when first used: an application pays for its own alone."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
