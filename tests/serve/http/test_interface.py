"""Settings of the interface over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.serve.http.conftest import Client


@pytest.fixture
def client(serving: Callable[..., Client]) -> Client:
    return serving()


def test_a_choice_is_in_force_at_once_and_null_takes_it_back(client: Client) -> None:
    client("PUT", "/v1/users/ann/preferences", json={"layout": "compact", "density": "low"})
    client("PUT", "/v1/users/ann/preferences", json={"density": None})

    assert client.get("/v1/users/ann/ux")["config"] == {
        "layout": "compact",
        "density": "medium",
        "animation": "full",
    }
    assert list(client.get("/v1/users/ann/preferences")["preferences"]) == ["layout"]


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ({"colour": "red"}, "$.colour", "no such setting of the interface; there are layout"),
        ({"layout": "tight"}, "$.layout", "'tight' is unknown; expected one of standard"),
        ({}, "$", "name a setting: layout, density, animation"),
    ],
)
def test_a_choice_that_does_not_exist_is_refused_with_its_field(
    client: Client, body: dict[str, Any], field: str, reason: str
) -> None:
    status, told, detail = client.problem("PUT", "/v1/users/ann/preferences", json=body)

    assert (status, told) == (400, field)
    assert reason in detail


def test_what_is_in_force_is_what_python_says(client: Client) -> None:
    client.send([{"user": "ann", "kind": "tap", "duration_ms": 500 + n} for n in range(30)])

    told = client.get("/v1/users/ann/ux?way=documented&device=ios")

    assert told == client.engine.user("ann").ux(device="ios", way="documented").to_dict()
    assert told["settings"]["layout"]["source"] == "inferred"
