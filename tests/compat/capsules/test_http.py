"""The documented paths: requests and answers have the documented shapes, and say what the store knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from penchant.compat.capsules.http import OPERATIONS
from penchant.core.instant import DAY, SECOND, moment
from tests.compat.capsules.told import taps
from tests.serve.http.test_schema import CHECKS, HEADERS, described

if TYPE_CHECKING:
    from tests.serve.http.conftest import Client

__all__ = ["described"]

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "capsules.json").read_text())
LOG = "/api/v1/interactions/log"


def shape(value: Any) -> Any:
    """Names, nesting and types: of numbers whether they are one."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    return "number" if isinstance(value, int | float) and value is not True else type(value)


def shares(value: Any) -> Any:
    """The same answer with the names of distributions left out: which there are depends on the data."""
    told = json.loads(json.dumps(value))
    for name in told.get("usage_patterns", {}):
        told["usage_patterns"][name] = {"share": 1.0}
    return told


def send(client: Client, interactions: list[dict[str, Any]]) -> None:
    for one in interactions:
        assert client("POST", LOG, json=one).status_code == 200


@pytest.mark.parametrize("asked", GOLDEN)
def test_an_answer_has_the_documented_shape(client: Client, asked: str) -> None:
    send(client, taps())
    method, path = asked.split(" ")

    answer = client(method, path, json=GOLDEN[asked].get("body"))

    told = answer.json()
    more = {name: told.pop(name) for name in GOLDEN[asked].get("more", [])}
    assert answer.status_code == 200
    assert shape(shares(told)) == shape(shares(GOLDEN[asked]["answer"]))
    assert len(more) == len(GOLDEN[asked].get("more", []))


def test_a_logged_interaction_is_told_as_it_was_sent_and_once(client: Client) -> None:
    sent = {
        **GOLDEN[f"POST {LOG}"]["body"],
        "eventId": "evt_abc123",
        "timestamp": "2025-11-17 10:30",
    }

    told = [client("POST", LOG, json=sent).json() for _ in range(2)]

    assert told == [GOLDEN[f"POST {LOG}"]["answer"]] * 2
    assert client.get("/v1/users/user_123")["readings"]["activity"]["value"]["events"] == 1


def test_a_vector_says_what_was_done(client: Client) -> None:
    send(client, taps(29))
    send(client, taps(1, event_id="last", success=False))
    client("PUT", "/v1/users/user_123/preferences", json={"layout": "compact"})

    told = client.get("/api/v1/behavioral-vectors/user_123")

    assert told["total_interactions"] == 30  # the choice of a layout is none
    assert told["usage_patterns"]["time_of_day_distribution"]["morning"] == 1.0
    assert told["usage_patterns"]["day_of_week_distribution"]["thursday"] == 1.0
    assert told["usage_patterns"]["capsule_type_distribution"]["task"] == pytest.approx(21 / 30)
    assert told["proficiency_indicators"]["error_rate"] == pytest.approx(1 / 30)
    assert told["proficiency_indicators"]["completion_rate"] == pytest.approx(29 / 30)
    assert told["user_preferences"]["layout_preference"] == "compact"
    assert told["adaptive_ux_config"]["layout"] == "compact"
    assert told["window_days"] is None


def test_a_computed_vector_is_of_the_days_asked_for_and_says_so(client: Client) -> None:
    send(client, taps(20))
    send(client, [{**taps(1)[0], "event_id": "old", "timestamp": "2025-11-01T20:00:00Z"}])
    client("PUT", "/v1/users/user_123/preferences", json={"layout": "compact"})
    path = "/api/v1/behavioral-vectors/compute"

    month = client("POST", path, json={"user_id": "user_123"}).json()
    year = client("POST", path, json={"user_id": "user_123", "lookback_days": 365}).json()

    assert (month["window_days"], year["window_days"]) == (30, 365)
    assert (month["total_sessions"], year["total_sessions"]) == (1, 2)
    assert month["usage_patterns"]["time_of_day_distribution"]["evening"] == 0.0
    assert year["usage_patterns"]["time_of_day_distribution"]["evening"] > 0.0
    assert month["user_preferences"]["layout_preference"] == "compact"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field"),
    [
        ("GET", "/api/v1/behavioral-vectors/nobody", None, 404, None),
        ("GET", "/api/v1/analytics/engagement/nobody", None, 404, None),
        ("POST", "/api/v1/behavioral-vectors/compute", {"user_id": "nobody"}, 404, None),
        ("POST", "/api/v1/behavioral-vectors/compute", {}, 400, "$.user_id"),
        ("POST", LOG, {"user_id": "ann"}, 400, "$.event_type"),
        ("POST", LOG, {"user_id": "ann", "event_type": "tap", "duration_ms": -1}, 400, None),
        ("POST", LOG, {"user_id": "", "event_type": "tap"}, 400, "$.user_id"),
        ("POST", LOG, {"user_id": "ann", "event_type": 5}, 400, "$.event_type"),
        (
            "POST",
            LOG,
            {"user_id": "ann", "event_type": "tap", "capsule_id": {}},
            400,
            "$.capsule_id",
        ),
        ("POST", LOG, {"user_id": "ann", "event_type": "tap", "userId": "bob"}, 400, "$.userId"),
        (
            "POST",
            LOG,
            {"user_id": "ann", "event_type": "tap", "timestamp": "x"},
            400,
            "$.timestamp",
        ),
    ],
)
def test_what_cannot_be_answered_says_why(
    client: Client, method: str, path: str, body: Any, status: int, field: str | None
) -> None:
    told, named, _ = client.problem(method, path, json=body)

    assert told == status
    assert field is None or named == field


def test_metrics_are_those_of_this_process(client: Client) -> None:
    send(client, taps(25))
    for _ in range(25):
        client.get("/api/v1/behavioral-vectors/user_123")

    told = client.get("/dashboard")

    assert told["system"]["health"] == "healthy"
    assert told["system"]["events_stored"] == 25
    assert told["system"]["error_rate"] == 0.0
    assert told["engagement"]["active_users_last_day"] == 1
    assert told["bv_computation"]["computations"] >= 25
    assert told["bv_computation"]["avg_ms"] > 0
    assert client.get("/alerts")["alerts"] == told["alerts"] == []
    for name, part in (
        ("system", "system"),
        ("engagement", "engagement"),
        ("bv-computation", "bv_computation"),
    ):
        assert client.get(f"/metrics/{name}").keys() == told[part].keys()


def test_a_limit_that_is_passed_is_an_alert(client: Client) -> None:
    for _ in range(30):
        client.app.server.metrics.answered("GET", "/v1/stats", 500, 0.5)

    told = client.get("/dashboard")

    assert [(one["level"], one["metric"]) for one in told["alerts"]] == [
        ("CRITICAL", "error_rate"),
        ("WARNING", "avg_processing_ms"),
    ]
    assert told["system"]["health"] == "critical"


def test_an_unusual_day_of_a_person_is_an_alert(client: Client) -> None:
    now = client.engine.parts.now()
    for ago in range(10, -1, -1):
        for number in range(10 if ago else 400):
            at = moment(now - ago * DAY - number * SECOND)
            client.engine.track("ann", "tap", "capsule", at=at)

    [alert] = client.get("/alerts")["alerts"]

    assert (alert["level"], alert["metric"]) == ("INFO", "unusual_usage_pattern")
    assert (alert["user_id"], alert["value"]) == ("ann", 400)


def test_the_paths_beside_v1_are_answered_natively_where_both_have_them(client: Client) -> None:
    assert client.get("/health") == {"status": "ok"}
    assert not {"/health", "/metrics"} & {operation.path for operation in OPERATIONS}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: f"{one.method} {one.path}")
def test_no_request_makes_the_server_fail_or_break_its_description(
    operation: Any, mode: GenerationMode, described: dict[str, Any]
) -> None:
    if mode is GenerationMode.NEGATIVE and operation.body is None:
        return

    @given(case=described[f"{operation.method} {operation.path}"].as_strategy(generation_mode=mode))
    @settings(
        max_examples=15,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        case.call_and_validate(headers=HEADERS, checks=CHECKS)

    ask()
