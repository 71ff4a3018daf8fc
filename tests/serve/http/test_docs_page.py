"""The page for people: what it proposes to try is taken by the server."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from penchant.serve.http.application import OPERATIONS
from penchant.serve.http.call import Operation

if TYPE_CHECKING:
    from tests.serve.http.conftest import Client

PAGE = (files("penchant.serve.http") / "docs.html").read_text()


def told(name: str) -> dict[str, Any]:
    """A constant of the page's script: JSON but for the quotes around names."""
    (body,) = re.findall(rf"const {name} = ({{.*?}})\n(?:const|\n)", PAGE, re.S)
    quoted = re.sub(r"([{,\s])(\w+):", r'\1"\2":', body)
    found: dict[str, Any] = json.loads(re.sub(r",\s*}$", "}", quoted))
    return found


EXAMPLES, NAMES = told("EXAMPLES"), told("NAMES")


def test_the_page_has_an_example_for_every_body_and_for_nothing_else(client: Client) -> None:
    paths = client.get("/openapi.json")["paths"].values()
    described = [one for methods in paths for one in methods.values()]
    bodies = {
        one["operationId"]: one["requestBody"]["content"]["application/json"]
        for one in described
        if "requestBody" in one
    }

    assert {name for name, body in bodies.items() if "example" not in body} == EXAMPLES.keys()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: f"{one.method} {one.path}")
def test_what_the_page_proposes_is_taken(client: Client, operation: Operation) -> None:
    client.send([{"user": NAMES["user"], "kind": "click", "item": NAMES["item"]}])
    client("PUT", f"/v1/items/{NAMES['item']}", json={})
    described = client.get("/openapi.json")["paths"][operation.path][operation.method.lower()]
    asked = {
        one["name"]: NAMES[one["name"]]
        for one in described["parameters"]
        if one["in"] == "query" and one["required"]
    }
    path = re.sub(r"{(\w+)}", lambda name: NAMES[name[1]], operation.path)

    body = EXAMPLES.get(described["operationId"])
    answer = client(operation.method, path, params=asked or None, json=body)

    assert answer.status_code in operation.answers, answer.text
