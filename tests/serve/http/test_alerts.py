"""Alerts and unusual days over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penchant.core.instant import DAY, SECOND, text
from penchant.serve.http.metrics import FAILURE
from tests.conftest import NOON

if TYPE_CHECKING:
    from tests.serve.http.conftest import Client


def test_what_python_says_of_a_person_goes_out(client: Client) -> None:
    client.send(
        [
            {"user": "ann", "kind": "click", "at": text(NOON - day * DAY + number * SECOND)}
            for day in range(12, 0, -1)
            for number in range(10 if day > 1 else 400)
        ]
    )

    told = client.get("/v1/users/ann/anomaly")
    listed = client.get("/v1/alerts")["alerts"]

    assert told["signals"] == [one.to_dict() for one in client.engine.user("ann").anomaly()]
    assert listed == [one.to_dict() for one in client.engine.alerts()]
    assert [(one["what"], one["user"]) for one in listed] == [("unusual_usage", "ann")]


def test_requests_that_the_server_fails_are_critical(client: Client) -> None:
    client.get("/health")
    metrics = client.app.server.metrics
    for number in range(100):
        metrics.answered("GET", "/v1/stats", FAILURE if number < 10 else 200, 0.3)

    told = [(one["level"], one["what"]) for one in client.get("/v1/alerts")["alerts"]]
    urgent = client.get("/v1/alerts?level=CRITICAL&limit=1")["alerts"]

    assert told == [("CRITICAL", "failing_requests"), ("WARNING", "slow")]
    assert [one["evidence"] for one in urgent] == [{"failures": 10, "requests": 102}]


def test_a_level_or_a_limit_that_there_is_not_is_refused(client: Client) -> None:
    assert client.problem("GET", "/v1/alerts?level=LOUD")[0] == 400
    assert client.problem("GET", "/v1/alerts?limit=0")[0] == 400
