"""What people do again and again, over HTTP."""

from __future__ import annotations

from penchant.measure.patterns import Pattern
from penchant.serve.http.answer import Answer, answer
from penchant.serve.http.call import Call, Operation
from penchant.serve.http.wire import (
    PatternsBody,
    PatternsQuery,
    PersonPatternsQuery,
    pattern_body,
)


def everyone(call: Call) -> Answer:
    """The patterns of a role, or of all."""
    query: PatternsQuery = call.query
    return _answer(
        call.engine.patterns(min_frequency=query.min_frequency, role=query.role, rule=query.rule)
    )


def person(call: Call) -> Answer:
    """The patterns of a person."""
    query: PersonPatternsQuery = call.query
    user = call.engine.user(call.names["user"], at=query.at)
    return _answer(user.patterns(min_frequency=query.min_frequency, rule=query.rule))


def _answer(found: list[Pattern]) -> Answer:
    return answer(PatternsBody([pattern_body(one) for one in found]))


OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/patterns",
        tag="people",
        summary="What people do again and again, in one role or in all.",
        read=everyone,
        query=PatternsQuery,
        answers={200: PatternsBody},
    ),
    Operation(
        method="GET",
        path="/v1/users/{user}/patterns",
        tag="people",
        summary="What a person does again and again.",
        read=person,
        query=PersonPatternsQuery,
        answers={200: PatternsBody},
    ),
)
