"""``penchant.compat.capsules.bv_api:app``: the ASGI application of the documented environment."""

from __future__ import annotations

import os
from typing import Any

from penchant.compat.capsules.environment import deployment
from penchant.compat.capsules.places import STORE
from penchant.serve.http.application import make_stored_app


def __getattr__(name: str) -> Any:
    """``app`` is made when a server asks for it: importing this opens nothing."""
    if name == "app":
        app = make_stored_app({STORE: deployment(os.environ).store})
        globals()["app"] = app
        return app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
