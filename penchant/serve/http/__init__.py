"""HTTP: one ASGI application; ``penchant.serve.http:app`` is the one of ``PENCHANT_STORE``."""

from __future__ import annotations

import os
from typing import Any

from penchant.serve.http.application import Application, make_app, make_stored_app

__all__ = ["Application", "app", "make_app"]


def __getattr__(name: str) -> Any:
    """``app`` is made when a server asks for it: importing this opens nothing."""
    if name == "app":
        app = make_stored_app(os.environ)
        globals()["app"] = app
        return app
    raise AttributeError(f"module 'penchant.serve.http' has no attribute {name!r}")
