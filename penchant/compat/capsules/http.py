"""The documented paths, beside those of ``/v1``; found by the server as a plug of ``penchant.http``."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from penchant.compat.capsules import monitoring, vectors
from penchant.compat.capsules.events import admitted, interaction
from penchant.core import instant
from penchant.core.ports import Append
from penchant.serve.http.answer import Answer
from penchant.serve.http.call import Call, Operation

TAG = "capsules"
INTERACTION = {
    "user_id": "ann",
    "session_id": "s1",
    "event_type": "tap",
    "capsule_id": "capsule_456",
    "capsule_type": "task",
    "device_type": "web",
    "duration_ms": 1500,
}


class LoggedBody(Struct, frozen=True):
    """The interaction as it was logged."""

    event_id: str
    timestamp: str
    user_id: str
    event_type: str
    success: bool


class ComputeBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose vector, of how many of the latest days."""

    user_id: Annotated[str, Meta(min_length=1, max_length=255)]
    lookback_days: Annotated[int, Meta(ge=1, le=vectors.LONGEST)] = 30


async def log(call: Call) -> Answer:
    """Log one interaction; answered once it is durable."""
    event = admitted(call.engine.parts.edge, call.body)
    accepted = await call.server.writes.write(Append((event,)))
    call.server.metrics.accepted += accepted
    call.server.metrics.duplicates += 1 - accepted
    told = interaction(event)
    at = instant.text(event.at)
    return _answer(msgspec.to_builtins(LoggedBody(event.id, at, event.user, told.event_type, True)))


def vector(call: Call) -> Answer:
    """The vector of all that is known."""
    return _answer(vectors.vector(call.engine, call.names["user_id"]).to_dict())


async def compute(call: Call) -> Answer:
    """The vector of the latest days, computed from the log."""
    asked: ComputeBody = call.body
    found = await asyncio.to_thread(vectors.lately, call.engine, asked.user_id, asked.lookback_days)
    return _answer(found.to_dict())


def engagement(call: Call) -> Answer:
    """How engaged a person is."""
    return _answer(vectors.engagement(call.engine, call.names["user_id"]))


def dashboard(call: Call) -> Answer:
    """All metrics at once."""
    return _answer(monitoring.everything(call.engine, call.server.metrics))


def system(call: Call) -> Answer:
    """How the process does."""
    return _answer(monitoring.system(call.engine, call.server.metrics))


def people(call: Call) -> Answer:
    """Who is there."""
    return _answer(monitoring.engagement(call.engine))


def computation(call: Call) -> Answer:
    """How long vectors take."""
    return _answer(monitoring.computation(call.engine))


def alerts(call: Call) -> Answer:
    """Which limits are passed now, and what is new or unusual of people."""
    told = monitoring.system(call.engine, call.server.metrics)
    found = [*monitoring.alerts(told), *monitoring.of_people(call.engine)]
    return _answer({"timestamp": told["timestamp"], "alerts": found})


def _answer(told: Any) -> Answer:
    return Answer(200, msgspec.json.encode(told))


def _get(path: str, summary: str, read: Any, errors: tuple[int, ...] = ()) -> Operation:
    return Operation(
        method="GET",
        path=path,
        tag=TAG,
        summary=summary,
        read=read,
        errors=errors,
        answers={200: dict[str, Any]},
    )


OPERATIONS = (
    Operation(
        method="POST",
        path="/api/v1/interactions/log",
        tag=TAG,
        summary="Log one interaction with a capsule; answered once it is durable.",
        write=log,
        scope="write",
        body=dict[str, Any],
        example=INTERACTION,
        answers={200: LoggedBody},
    ),
    _get("/api/v1/behavioral-vectors/{user_id}", "All that is known of a person.", vector, (404,)),
    Operation(
        method="POST",
        path="/api/v1/behavioral-vectors/compute",
        tag=TAG,
        summary="What the latest days tell of a person, computed from the log.",
        write=compute,
        scope="read",
        body=ComputeBody,
        example={"user_id": "ann", "lookback_days": 30},
        answers={200: dict[str, Any]},
        errors=(404,),
    ),
    _get("/api/v1/analytics/engagement/{user_id}", "How engaged a person is.", engagement, (404,)),
    _get("/dashboard", "System, engagement, computation and alerts at once.", dashboard),
    _get("/metrics/system", "How the process does.", system),
    _get("/metrics/engagement", "Who is there.", people),
    _get("/metrics/bv-computation", "How long vectors take.", computation),
    _get(
        "/alerts",
        "Which of the documented limits are passed now, and what is unusual of people.",
        alerts,
    ),
)
