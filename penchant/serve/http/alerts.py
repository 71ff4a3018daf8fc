"""Alerts and unusual days over HTTP."""

from __future__ import annotations

from penchant.serve import alerts
from penchant.serve.http.answer import Answer, answer
from penchant.serve.http.call import Call, Operation
from penchant.serve.http.wire import (
    AlertBody,
    AlertsBody,
    AlertsQuery,
    AnomalyBody,
    JudgementBody,
    ProfileQuery,
)


def recent(call: Call) -> Answer:
    """What to look at, with what the server itself measured."""
    query: AlertsQuery = call.query
    metrics, now = call.server.metrics, call.engine.parts.now()
    own = [*alerts.failing(metrics.failures.lately(), metrics.answers.lately(), now)]
    for route, durations in sorted(metrics.durations.copy().items()):
        own += alerts.slow(f"answers of {route}", durations, now)
    told = [one for one in own if query.level in (None, one.level)]
    found = alerts.ordered(
        [*told, *call.engine.alerts(query.limit, level=query.level)], query.limit
    )
    return answer(AlertsBody([AlertBody(**one.to_dict()) for one in found]))


def anomaly(call: Call) -> Answer:
    """Whether the latest days of a person are unlike those before."""
    user = call.engine.user(call.names["user"], at=call.query.at)
    signals = [JudgementBody(**one.to_dict()) for one in user.anomaly()]
    return answer(AnomalyBody(user.id, signals))


OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/alerts",
        tag="operation",
        summary="What to look at: errors, slowness, unusual days and new tiers of people.",
        read=recent,
        query=AlertsQuery,
        answers={200: AlertsBody},
    ),
    Operation(
        method="GET",
        path="/v1/users/{user}/anomaly",
        tag="people",
        summary="Whether the latest active days of a person are unlike those before.",
        read=anomaly,
        query=ProfileQuery,
        answers={200: AnomalyBody},
    ),
)
