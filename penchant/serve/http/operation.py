"""Operation of the server itself: is it up, what did it do, what can it be asked."""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files

import msgspec

from penchant.serve.http.answer import Answer, answer
from penchant.serve.http.call import Call, Operation, always
from penchant.serve.http.metrics import MEDIA
from penchant.serve.http.wire import StatsBody, StatsQuery, StatusBody

HTML = "text/html; charset=utf-8"
_OURS_ALONE = (
    (
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
)


def stats(call: Call) -> Answer:
    """What happened, ever or lately."""
    seconds = call.query.window
    window = None if seconds is None else timedelta(seconds=seconds)
    return answer(msgspec.convert(call.engine.stats(window), StatsBody))


def health(call: Call) -> Answer:
    """The process is up."""
    return answer(StatusBody("ok"))


def ready(call: Call) -> Answer:
    """The store answers."""
    call.engine.parts.store.end()
    return answer(StatusBody("ready"))


def metrics(call: Call) -> Answer:
    """What Prometheus reads."""
    return Answer(200, call.server.metrics.text(call.engine).encode(), MEDIA)


def openapi(call: Call) -> Answer:
    """What can be asked, for programs."""
    return Answer(200, call.server.document)


def docs(call: Call) -> Answer:
    """What can be asked, for people."""
    page = (files("penchant.serve.http") / "docs.html").read_bytes()
    return Answer(200, page, HTML, _OURS_ALONE)


def root(call: Call) -> Answer:
    """The way to the page, for who opens the bare address."""
    return Answer(307, headers=(("location", "docs"),))


OPERATIONS = (
    Operation(
        method="GET",
        path="/",
        tag="operation",
        summary="Leads to /docs.",
        read=root,
        quick=always,
        scope=None,
        answers={307: None},
    ),
    Operation(
        method="GET",
        path="/v1/stats",
        tag="operation",
        summary="What happened, ever or lately: counts, outcomes, people; without a window also exposures "
        "and clicks by policy and position.",
        read=stats,
        query=StatsQuery,
        answers={200: StatsBody},
    ),
    Operation(
        method="GET",
        path="/health",
        tag="operation",
        summary="Whether the process is up.",
        read=health,
        quick=always,
        scope=None,
        answers={200: StatusBody},
    ),
    Operation(
        method="GET",
        path="/ready",
        tag="operation",
        summary="Whether the store answers.",
        read=ready,
        scope=None,
        answers={200: StatusBody},
    ),
    Operation(
        method="GET",
        path="/metrics",
        tag="operation",
        summary="Counters of this process, and who is active, for Prometheus.",
        read=metrics,
        answers={200: "text/plain"},
    ),
    Operation(
        method="GET",
        path="/openapi.json",
        tag="operation",
        summary="This description.",
        read=openapi,
        quick=always,
        scope=None,
        answers={200: dict},
    ),
    Operation(
        method="GET",
        path="/docs",
        tag="operation",
        summary="This description as a page.",
        read=docs,
        quick=always,
        scope=None,
        answers={200: "text/html"},
    ),
)
