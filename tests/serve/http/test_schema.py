"""Whatever the OpenAPI document allows, and much it does not: no 5xx, answers as described."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode, checks
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import penchant
from penchant.serve.http import make_app
from penchant.serve.http.application import OPERATIONS
from penchant.serve.http.wire import NoQuery

EXAMPLES = 25  # requests an operation and mode
SECRET = "0123456789abcdef"
HEADERS = {"Authorization": f"Bearer {SECRET}"}


CHECKS = [
    checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
POSITIVE, NEGATIVE = GenerationMode.POSITIVE, GenerationMode.NEGATIVE


@pytest.fixture(scope="module")
def described() -> Iterator[dict[str, Any]]:
    """The operations of a server with some events and items behind it, as it describes them."""
    with penchant.open(":memory:", follow=False, keys=f"all:admin:{SECRET}") as engine:
        engine.put_items([{"id": "tea", "category": "drink", "price": 3}, {"id": "0"}])
        engine.track_many({"user": user, "kind": "click", "item": "tea"} for user in ("ann", "0"))
        schema = schemathesis.openapi.from_asgi("/openapi.json", make_app(engine))
        found = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
        yield {operation.label: operation for operation in found}


def _requests() -> list[tuple[str, GenerationMode]]:
    """Every operation with what its description allows, and what it does not where that exists."""
    return [
        (f"{operation.method} {operation.path}", mode)
        for operation in OPERATIONS
        for mode in (POSITIVE, NEGATIVE)
        if operation.path != "/openapi.json"  # schemathesis reads it and does not test it
        if mode is POSITIVE or operation.body is not None or operation.query is not NoQuery
    ]


@pytest.mark.parametrize(("name", "mode"), _requests())
def test_no_request_makes_the_server_fail_or_break_its_description(
    name: str, mode: GenerationMode, described: dict[str, Any]
) -> None:
    @given(case=described[name].as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        case.call_and_validate(headers=HEADERS, checks=CHECKS)

    ask()
