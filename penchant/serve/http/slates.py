"""Decisions over HTTP: recommendations, ranks, explanations, next actions, similar, next and
trending items."""

from __future__ import annotations

import msgspec

from penchant.core.slate import Choice
from penchant.serve.http.answer import Answer, answer
from penchant.serve.http.call import Call, Operation
from penchant.serve.http.query import read_where
from penchant.serve.http.wire import (
    ActionsBody,
    ActionsQuery,
    ExplainQuery,
    NextQuery,
    PersonSlateQuery,
    RankBody,
    RecommendBody,
    SlateBody,
    SlateQuery,
    slate_body,
)

_encode = msgspec.json.Encoder().encode


def recommend(call: Call) -> Answer:
    """The best items for a person."""
    query: PersonSlateQuery = call.query
    user = call.engine.user(call.names["user"])
    slate = user.recommend(query.count, where=read_where(query.where), seen=query.seen)
    return answer(slate_body(slate))


def recommend_as_told(call: Call) -> Answer:
    """The best items for a person, told in a body; ``shown`` logs the exposures."""
    body: RecommendBody = call.body
    if body.shown:
        call.server.keyring.check(call.request.headers, call.request.host, "write")
    user = call.engine.user(call.names["user"])
    slate = user.recommend(body.count, where=body.where, seen=body.seen, shown=body.shown)
    return answer(slate_body(slate))


def rank(call: Call) -> Answer:
    """Somebody else's list, in the order that suits the person."""
    body: RankBody = call.body
    return answer(
        slate_body(call.engine.user(call.names["user"]).rank(body.items, scores=body.scores))
    )


def explain(call: Call) -> Answer:
    """Score and reasons of one item."""
    query: ExplainQuery = call.query
    choice = call.engine.user(call.names["user"]).explain(call.names["item"], seen=query.seen)
    return Answer(200, _encode(choice))


def person_next(call: Call) -> Answer:
    """What a person is about to do."""
    query: ActionsQuery = call.query
    user = call.engine.user(call.names["user"])
    return Answer(200, _encode(ActionsBody(user.id, user.next(query.count))))


def session(call: Call) -> Answer:
    """The best items for a session."""
    query: PersonSlateQuery = call.query
    where = read_where(query.where)
    slate = call.engine.session(call.names["session"]).recommend(
        query.count, where=where, seen=query.seen
    )
    return answer(slate_body(slate))


def similar(call: Call) -> Answer:
    """Items that the same people touch."""
    query: SlateQuery = call.query
    where = read_where(query.where)
    return answer(slate_body(call.engine.similar(call.names["item"], query.count, where=where)))


def follows(call: Call) -> Answer:
    """What tends to follow some items."""
    query: NextQuery = call.query
    where = read_where(query.where)
    return answer(slate_body(call.engine.next(query.after, query.count, where=where)))


def trending(call: Call) -> Answer:
    """What is popular lately."""
    query: SlateQuery = call.query
    return answer(slate_body(call.engine.trending(query.count, where=read_where(query.where))))


def _is_current(call: Call) -> bool:
    """Whether a slate rests on what is in memory: no tail to fold, no filter to look far with."""
    asked = call.body or call.query
    return call.engine.parts.population.is_current() and getattr(asked, "where", None) is None


def _knows_person(call: Call) -> bool:
    """Whether the slate of a person rests on what is in memory."""
    asked = call.body or call.query
    parts = call.engine.parts
    seen = getattr(asked, "seen", None) or parts.settings.seen
    return (
        seen != "hide"
        and not getattr(asked, "shown", False)
        and _is_current(call)
        and parts.states.holds(call.names["user"])
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/users/{user}/recommendations",
        tag="decisions",
        summary="The best items for a person, each with its reasons.",
        read=recommend,
        quick=_knows_person,
        query=PersonSlateQuery,
        answers={200: SlateBody},
    ),
    Operation(
        method="POST",
        path="/v1/users/{user}/recommendations",
        tag="decisions",
        summary="The same, told in a body; `shown` logs the exposures and needs the scope write.",
        read=recommend_as_told,
        quick=_knows_person,
        body=RecommendBody,
        answers={200: SlateBody},
        errors=(429,),
    ),
    Operation(
        method="POST",
        path="/v1/users/{user}/rank",
        tag="decisions",
        summary="Your own list in the order that suits a person; every item stays.",
        read=rank,
        quick=_knows_person,
        body=RankBody,
        answers={200: SlateBody},
    ),
    Operation(
        method="GET",
        path="/v1/users/{user}/explain/{item}",
        tag="decisions",
        summary="The score one item would have now, and why.",
        read=explain,
        quick=_knows_person,
        query=ExplainQuery,
        answers={200: Choice},
    ),
    Operation(
        method="GET",
        path="/v1/users/{user}/next",
        tag="decisions",
        summary="What a person is about to do, each action with its probability and why.",
        read=person_next,
        quick=_knows_person,
        query=ActionsQuery,
        answers={200: ActionsBody},
    ),
    Operation(
        method="GET",
        path="/v1/sessions/{session}/recommendations",
        tag="decisions",
        summary="The best items for a session, whoever it belongs to.",
        read=session,
        quick=_is_current,
        query=PersonSlateQuery,
        answers={200: SlateBody},
    ),
    Operation(
        method="GET",
        path="/v1/items/{item}/similar",
        tag="decisions",
        summary="Items that the same people touch.",
        read=similar,
        query=SlateQuery,
        answers={200: SlateBody},
        errors=(404,),
    ),
    Operation(
        method="GET",
        path="/v1/next",
        tag="decisions",
        summary="What tends to follow these items.",
        read=follows,
        quick=_is_current,
        query=NextQuery,
        answers={200: SlateBody},
    ),
    Operation(
        method="GET",
        path="/v1/trending",
        tag="decisions",
        summary="What is popular lately.",
        read=trending,
        quick=_is_current,
        query=SlateQuery,
        answers={200: SlateBody},
    ),
)
