"""People over HTTP: profile, events, traits."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from penchant.core import instant
from penchant.core.errors import InvalidArgument, InvalidEvent
from penchant.core.ports import Append
from penchant.serve.http.answer import Answer, answer
from penchant.serve.http.call import Call, Operation
from penchant.serve.http.wire import (
    BecauseBody,
    EventsBody,
    ExplanationBody,
    ExplanationQuery,
    HistoryQuery,
    InterfaceBody,
    InterfaceQuery,
    PreferencesBody,
    ProfileBody,
    ProfileQuery,
    ToldBody,
    event_body,
    profile_body,
)

FEW = 100  # events that are read at once without a thread


def profile(call: Call) -> Answer:
    """The profile, or 304 where the client has it already."""
    query: ProfileQuery = call.query
    found = call.engine.user(call.names["user"], at=query.at).profile()
    etag = f'"{found.version}"'
    headers = (("etag", etag), ("cache-control", "private, no-cache"))
    if query.at is None and _has(call.request.headers.get(b"if-none-match"), etag):
        return Answer(304, headers=headers)
    body = answer(profile_body(found))
    return Answer(200, body.body, body.media, headers)


def events(call: Call) -> Answer:
    """The latest events of a person."""
    query: HistoryQuery = call.query
    user = call.engine.user(call.names["user"], at=query.at)
    found = user.history(query.limit, kind=query.kind)
    return answer(EventsBody(user.id, [event_body(event) for event in found]))


def reading(call: Call) -> Answer:
    """One reading, and from which events it comes."""
    query: ExplanationQuery = call.query
    told = call.engine.user(call.names["user"], at=query.at).explain(
        reading=call.names["reading"], limit=query.limit
    )
    because = [
        BecauseBody(event_body(one.event), one.weight, dict(one.changed)) for one in told.because
    ]
    return answer(
        ExplanationBody(
            told.user,
            told.name,
            instant.text(told.as_of),
            told.reading,
            because,
            told.changing,
            told.looked_at,
            told.earlier,
            told.needs,
        )
    )


async def put(call: Call) -> Answer:
    """Tell traits; those not named stay as they are, null takes one back."""
    try:
        event = call.engine.user(call.names["user"]).told(call.body)
    except InvalidEvent as error:
        field = error.field.removeprefix("data").removeprefix(".") or "$"
        raise InvalidArgument(field, error.reason) from None
    await call.server.writes.write(Append((event,)))
    if "zone" in call.body:  # the next event has the zone told here
        await asyncio.to_thread(call.engine.parts.population.read, lambda folded: None)
    return answer(ToldBody(event.id))


def preferences(call: Call) -> Answer:
    """The choices that stand, now or at an instant."""
    found = call.engine.user(call.names["user"], at=call.query.at).profile()
    told = {"user": found.user, "preferences": found["preferences"].value}
    return answer(msgspec.convert(told, PreferencesBody))


async def prefer(call: Call) -> Answer:
    """Choose settings; those not named stay as they are, null takes a choice back."""
    user = call.engine.user(call.names["user"])
    event = await asyncio.to_thread(user.chosen, call.body)
    await call.server.writes.write(Append((event,)))
    return answer(ToldBody(event.id))


def ux(call: Call) -> Answer:
    """The settings in force."""
    query: InterfaceQuery = call.query
    found = call.engine.user(call.names["user"]).ux(device=query.device, way=query.way)
    return answer(msgspec.convert(found.to_dict(), InterfaceBody))


def _is_live(call: Call) -> bool:
    """Whether the profile is in memory, so that reading it does not wait."""
    return call.query.at is None and call.engine.parts.states.holds(call.names["user"])


def _is_short(call: Call) -> bool:
    """Whether only a few events are read: a kind and a past instant are looked for among all."""
    query: HistoryQuery = call.query
    return query.limit <= FEW and query.kind is None and query.at is None


def _has(sent: bytes | None, etag: str) -> bool:
    """Whether an ``If-None-Match`` names the version."""
    if sent is None:
        return False
    known = [one.strip().removeprefix("W/") for one in sent.decode("latin-1").split(",")]
    return etag in known or "*" in known


OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/users/{user}",
        tag="people",
        summary="Everything known of a person: all readings, as of now or as of `at`.",
        read=profile,
        quick=_is_live,
        query=ProfileQuery,
        answers={200: ProfileBody, 304: None},
    ),
    Operation(
        method="PUT",
        path="/v1/users/{user}",
        tag="people",
        summary="Tell traits such as role, goals, locale, zone; null takes one back.",
        write=put,
        scope="write",
        body=dict[str, Any],
        answers={200: ToldBody},
    ),
    Operation(
        method="GET",
        path="/v1/users/{user}/preferences",
        tag="people",
        summary="The settings of the interface that a person chose, as of now or as of `at`.",
        read=preferences,
        quick=_is_live,
        query=ProfileQuery,
        answers={200: PreferencesBody},
    ),
    Operation(
        method="PUT",
        path="/v1/users/{user}/preferences",
        tag="people",
        summary="Choose settings of the interface: layout, density, animation; null takes one back.",
        write=prefer,
        scope="write",
        body=dict[str, Any],
        answers={200: ToldBody},
    ),
    Operation(
        method="GET",
        path="/v1/users/{user}/ux",
        tag="people",
        summary="The settings of the interface in force, each with its source, reason and confidence.",
        read=ux,
        query=InterfaceQuery,
        answers={200: InterfaceBody},
    ),
    Operation(
        method="GET",
        path="/v1/users/{user}/events",
        tag="people",
        summary="The latest events of a person, newest first.",
        read=events,
        quick=_is_short,
        query=HistoryQuery,
        answers={200: EventsBody},
    ),
    Operation(
        method="GET",
        path="/v1/users/{user}/readings/{reading}",
        tag="people",
        summary="One reading of a person, and from which events it comes.",
        read=reading,
        query=ExplanationQuery,
        answers={200: ExplanationBody},
    ),
)
