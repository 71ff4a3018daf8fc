"""OpenAPI: the description of the server, made of the types that decode and encode."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from penchant.serve.http.call import Operation
from penchant.serve.http.wire import Problem
from penchant.version import __version__

_REF = "#/components/schemas/{name}"
_PROBLEM = "application/problem+json"
ABOUT = {
    400: "What was sent cannot be used; `field` says which part.",
    401: "No key, or an unknown one.",
    403: "The key has no such scope.",
    404: "Nothing is stored under that name.",
    409: "The path and the body contradict each other.",
    413: "The body is larger than 16 MiB.",
    415: "The body is neither JSON nor what else is understood here.",
    422: "Every event was refused.",
    429: "The write queue is full; send again after `Retry-After` seconds.",
    503: "The store is away; nothing was acknowledged.",
}


def document(operations: Sequence[Operation]) -> bytes:
    """The OpenAPI 3.1 document of some operations, as JSON."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    described = [*_types(operations), Problem]
    _, components = msgspec.json.schema_components(described, ref_template=_REF)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "penchant",
                "version": __version__,
                "description": "Events in, decisions out. What a person did is known to the very "
                "next call.",
            },
            "paths": paths,
            "components": {
                "schemas": components,
                "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            },
        }
    )


def problems_of(operation: Operation) -> list[int]:
    """The statuses of the problems an operation may answer with."""
    found = {400, 403, *operation.errors}
    if operation.scope is not None:
        found.add(401)
    if operation.scope is not None or operation.path == "/ready":
        found.add(503)
    if operation.body is not None:
        found |= {413, 415}
    if operation.write is not None:
        found |= {429, 503}
    return sorted(found)


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": _operation_id(operation),
        "tags": [operation.tag],
        "summary": operation.summary,
        "parameters": [*_names(operation), *_parameters(operation), *_headers(operation)],
        "responses": {str(status): body for status, body in _responses(operation)},
        "security": [{"key": []}] if operation.scope is not None else [],
    }
    if operation.scope is not None:
        described["x-scope"] = operation.scope
    if operation.body is not None:
        described["requestBody"] = {"required": True, "content": _request(operation)}
    return described


def _operation_id(operation: Operation) -> str:
    words = re.sub(r"[^a-z]+", "_", operation.path.removeprefix("/v1")).strip("_")
    return f"{operation.method.lower()}_{words or 'root'}"


def _names(operation: Operation) -> Iterator[dict[str, Any]]:
    for name in re.findall(r"{(\w+)}", operation.path):
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        }


def _parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    schema = msgspec.json.schema(operation.query)["$defs"][operation.query.__name__]
    required = schema.get("required", ())
    for name, described in schema["properties"].items():
        described = _without_null(described)
        parameter = {"name": name, "in": "query", "required": name in required}
        yield {**parameter, "schema": described}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query cannot say null: a parameter is there or not."""
    options = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    kept = dict(schema)
    if options:
        del kept["anyOf"]
        kept.update(options[0])
    if kept.get("default", 0) is None:
        del kept["default"]
    return kept


def _headers(operation: Operation) -> Iterator[dict[str, Any]]:
    if operation.path in ("/v1/events", "/v1/batch"):
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "Events without an id get one made of this: sent again, they change "
            "nothing.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
        }


def _request(operation: Operation) -> dict[str, Any]:
    content = {"application/json": {"schema": _schema(operation.described or operation.body)}}
    if operation.example is not None:
        content["application/json"]["example"] = operation.example
    if operation.raw:
        content["application/x-ndjson"] = {
            "schema": {"type": "string", "description": "One event a line."}
        }
    return content


def _responses(operation: Operation) -> Iterator[tuple[int, dict[str, Any]]]:
    for status, body in operation.answers.items():
        described: dict[str, Any] = {"description": HTTPStatus(status).phrase}
        if isinstance(body, str):
            described["content"] = {body: {"schema": {"type": "string"}}}
        elif body is not None:
            described["content"] = {"application/json": {"schema": _schema(body)}}
        yield status, described
    for status in problems_of(operation):
        yield (
            status,
            {
                "description": ABOUT[status],
                "content": {_PROBLEM: {"schema": {"$ref": _REF.format(name="Problem")}}},
            },
        )


def _schema(body: Any) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([body], ref_template=_REF)
    return schema


def _types(operations: Sequence[Operation]) -> Iterator[Any]:
    for operation in operations:
        if operation.body is not None:
            yield operation.described or operation.body
        for body in operation.answers.values():
            if body is not None and not isinstance(body, str):
                yield body
