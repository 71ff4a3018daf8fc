"""What every answer carries, and what the paths that are no slates answer."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from penchant.core import instant
from penchant.serve.http.application import OPERATIONS
from penchant.serve.http.plugs import joined

if TYPE_CHECKING:
    from tests.serve.http.conftest import Client

CLICK = {"user": "ann", "kind": "click", "item": "tea"}


def test_the_description_names_every_path_and_method(client: Client) -> None:
    described = client.get("/openapi.json")["paths"]

    assert {
        (method.upper(), path) for path, methods in described.items() for method in methods
    } == {(operation.method, operation.path) for operation in joined(OPERATIONS)}


def test_the_page_needs_nothing_from_elsewhere(client: Client) -> None:
    answer = client("GET", "/docs")

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.search(r"""(src|href)=["'](https?:)?//""", answer.text)


def test_the_bare_address_leads_to_the_page(client: Client) -> None:
    answer = client("GET", "/")

    assert (answer.status_code, answer.headers["location"]) == (307, "docs")
    assert client("GET", "/", follow_redirects=True).text.startswith("<!doctype html>")


@pytest.mark.parametrize("sent", ["abc-1", "a" * 128])
def test_the_id_of_a_request_comes_back(client: Client, sent: str) -> None:
    assert client("GET", "/health", headers={"x-request-id": sent}).headers["x-request-id"] == sent


@pytest.mark.parametrize("sent", ["", "a b", "a" * 129, "ä"])
def test_an_id_that_no_log_could_hold_is_replaced(client: Client, sent: str) -> None:
    made = client("GET", "/health", headers={"x-request-id": sent.encode()}).headers["x-request-id"]

    assert made
    assert made != sent


def test_every_answer_says_how_long_it_took(client: Client) -> None:
    for url in ("/health", "/nowhere"):
        timing = client("GET", url).headers["server-timing"]
        assert re.fullmatch(r"app;dur=\d+\.\d{3}", timing)


def test_head_is_get_without_its_body(client: Client) -> None:
    answer = client("HEAD", "/health")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == "15"


def test_a_profile_that_has_not_changed_is_not_sent_again(client: Client) -> None:
    client.send(CLICK)
    first = client("GET", "/v1/users/ann")
    etag = first.headers["etag"]

    same = client("GET", "/v1/users/ann", headers={"if-none-match": f'"other", W/{etag}'})
    client.send(CLICK)
    changed = client("GET", "/v1/users/ann", headers={"if-none-match": etag})

    assert etag == f'"{first.json()["version"]}"'
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
    assert changed.status_code == 200
    assert changed.headers["etag"] != etag


def test_what_goes_out_is_what_python_gives(client: Client) -> None:
    client.send([CLICK] * 4 + [{**CLICK, "user": "bob"}, {**CLICK, "user": "bob", "item": "milk"}])
    ann = client.engine.user("ann")

    profile, slate = client.get("/v1/users/ann"), client.get("/v1/users/ann/recommendations")

    assert profile == ann.profile().to_dict()
    assert slate == {**ann.recommend().to_dict(), "request": slate["request"]}
    assert client.get("/v1/users/ann/events")["events"] == [
        event.to_dict() for event in ann.history()
    ]
    assert client.get("/v1/stats") == client.engine.stats()
    assert client.get("/v1/users/ann/next") == {
        "user": "ann",
        "actions": [one.to_dict() for one in ann.next()],
    }
    assert client.get("/v1/users/ann/patterns?rule=documented&min_frequency=2") == {
        "patterns": [one.to_dict() for one in ann.patterns(rule="documented", min_frequency=2)]
    }
    assert client.get("/v1/patterns?rule=documented&min_frequency=2") == {
        "patterns": [
            one.to_dict() for one in client.engine.patterns(rule="documented", min_frequency=2)
        ]
    }
    assert client.get("/v1/users/ann/explain/milk") == ann.explain("milk").to_dict()
    told = ann.explain(reading="items", limit=2).to_dict()
    assert client.get("/v1/users/ann/readings/items?limit=2") == told


def test_a_profile_can_be_read_as_of_then(client: Client) -> None:
    now = client.engine.parts.now()
    client.send([{**CLICK, "at": instant.text(now - instant.DAY)}, CLICK])

    then = client.get("/v1/users/ann", params={"at": instant.text(now - instant.HOUR)})

    assert then["readings"]["activity"]["value"]["events"] == 1


def test_traits_merge_and_null_takes_one_back(client: Client) -> None:
    client("PUT", "/v1/users/ann", json={"role": "analyst", "self": "x"})
    client("PUT", "/v1/users/ann", json={"role": None, "goals": ["run"]})

    traits = client.get("/v1/users/ann")["readings"]["traits"]["value"]
    assert traits == {"self": "x", "goals": ["run"]}


def test_names_with_slashes_and_letters_of_all_kinds_are_kept(client: Client) -> None:
    name = "/a b/ü?#%"
    client("PUT", "/v1/items/%2Fa%20b%2F%C3%BC%3F%23%25", json={"category": "page"})

    assert client.get("/v1/items/%2Fa%20b%2F%C3%BC%3F%23%25")["id"] == name
    assert client.engine.find_item(name).category == "page"


def test_items_are_put_all_or_none(client: Client) -> None:
    refused = client("POST", "/v1/items", json=[{"id": "tea"}, {"id": "milk", "price": "x"}])
    stored = client("POST", "/v1/items", json=[{"id": f"i{place}"} for place in range(300)])

    assert refused.status_code == 400
    assert client("GET", "/v1/items/tea").status_code == 404
    assert stored.json() == {"stored": 300}
    assert client.get("/v1/items/i299")["id"] == "i299"


def test_an_item_taken_out_is_gone(client: Client) -> None:
    client("PUT", "/v1/items/tea", json={})

    assert client("DELETE", "/v1/items/tea").status_code == 204
    assert client("DELETE", "/v1/items/tea").status_code == 404
    assert client("GET", "/v1/items/tea").status_code == 404


def test_calls_of_a_batch_are_carried_out_in_their_order(client: Client) -> None:
    calls = [
        {"method": "POST", "path": "/v1/events", "body": CLICK},
        {"method": "GET", "path": "/v1/users/ann/events?limit=5"},
        {"method": "DELETE", "path": "/v1/items/tea"},
        {"method": "GET", "path": "/v1/users/ann?verbose=1"},
        {"method": "POST", "path": "/v1/batch", "body": []},
        {"method": "GET", "path": "/metrics"},
        {"method": "PUT", "path": "/v1/users/zoë", "body": {"role": "x"}},
    ]

    answers = client("POST", "/v1/batch", json=calls).json()

    assert [answer["status"] for answer in answers] == [202, 200, 404, 400, 404, 404, 200]
    assert answers[1]["body"]["events"][0]["item"] == "tea"
    assert answers[3]["body"]["field"] == "verbose"
    assert client.get("/v1/users/zo%C3%AB")["readings"]["traits"]["value"] == {"role": "x"}


def test_a_batch_sent_again_under_its_key_counts_once(client: Client) -> None:
    calls = [{"method": "POST", "path": "/v1/events", "body": CLICK}] * 2

    for _ in range(2):
        client("POST", "/v1/batch", json=calls, headers={"idempotency-key": "k"})

    assert client.engine.parts.store.count() == 2


def test_metrics_count_requests_and_events(client: Client) -> None:
    client.send([{**CLICK, "id": "e1"}, {**CLICK, "id": "e1"}, {"user": "ann"}])
    client("GET", "/v1/users/ann")
    client("BREW", "/nowhere")

    lines = client("GET", "/metrics").text.splitlines()

    assert 'penchant_events_total{outcome="accepted"} 1' in lines
    assert 'penchant_events_total{outcome="duplicates"} 1' in lines
    assert 'penchant_events_total{outcome="rejected"} 1' in lines
    route = 'route="/v1/users/{user}"'
    assert f'penchant_http_requests_total{{method="GET",{route},status="200"}} 1' in lines
    assert f'penchant_http_request_seconds_bucket{{{route},le="+Inf"}} 1' in lines
    other = 'method="OTHER",route="unknown",status="404"'
    assert f"penchant_http_requests_total{{{other}}} 1" in lines
    assert "penchant_queue_events 0" in lines
    assert "penchant_population_lag 0" in lines
    assert "penchant_events_stored_total 1" in lines
    assert 'penchant_profile_reads_total{states="loaded"} 1' in lines
    assert "penchant_profile_cache_hit_ratio 0.000000000" in lines
    assert "penchant_http_error_ratio 0.000000000" in lines
    assert 'penchant_profile_seconds_bucket{le="+Inf"} 1' in lines
    values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert float(values["penchant_profile_mean_seconds"]) > 0
    assert float(values["penchant_profile_p95_seconds"]) > 0
    assert float(values["penchant_store_reads_per_second"]) > 0
    assert all(re.fullmatch(r"# (HELP|TYPE) .+|\w+({.+})? [\d.]+", line) for line in lines)


def test_the_event_after_a_zone_was_told_has_its_hour(client: Client) -> None:
    client("PUT", "/v1/users/ann", json={"zone": "Asia/Tokyo"})
    client.send([{"user": "ann", "kind": "click", "at": "2026-01-01T12:00:00Z"}])

    habits = client.get("/v1/users/ann")["readings"]["habits"]["value"]

    assert habits["hours"].index(1.0) == 21


def test_metrics_tell_who_is_active_as_far_as_the_log_was_followed(client: Client) -> None:
    now = client.engine.parts.now()
    client.send(
        [{"user": "ann", "kind": "click"}]
        + [
            {"user": f"u{n}", "kind": "click", "at": instant.text(now - 5 * instant.HOUR)}
            for n in (1, 2)
        ]
    )
    before = client("GET", "/metrics").text.splitlines()
    client.get("/v1/stats")

    lines = client("GET", "/metrics").text.splitlines()

    assert 'penchant_active_users{last="hour"} 0' in before
    assert 'penchant_active_users{last="hour"} 1' in lines
    assert 'penchant_active_users{last="day"} 3' in lines
    assert 'penchant_events_per_second{last="hour"} 0.000278' in lines


def test_answers_that_failed_are_a_share_of_the_last_minutes(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client("GET", "/ready")

    def broken() -> int:
        raise RuntimeError("broken")

    monkeypatch.setattr(client.engine.parts.store, "end", broken)
    assert client("GET", "/ready").status_code == 500
    monkeypatch.undo()

    assert "penchant_http_error_ratio 0.500000000" in client("GET", "/metrics").text


def test_statistics_of_a_window_are_those_of_python(client: Client) -> None:
    client.send([CLICK, {**CLICK, "at": "2025-12-01T00:00:00Z"}])

    hour = client.get("/v1/stats?window=3600")

    assert hour == client.engine.stats(timedelta(hours=1))
    assert (hour["events"], client.get("/v1/stats")["events"]) == (1, 2)


@pytest.mark.parametrize("window", ["0", "-1", "1.5", "hour", "3153600001"])
def test_a_window_that_is_no_number_of_seconds_is_refused(client: Client, window: str) -> None:
    status, field, _ = client.problem("GET", f"/v1/stats?window={window}")

    assert (status, field) == (400, "window")
