"""Batches: several calls in one round trip, carried out in their order."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, Any

from msgspec import Meta, Raw

from penchant.serve.http.answer import Answer, answer
from penchant.serve.http.call import Call, Headers, Operation, Request
from penchant.serve.http.wire import BatchAnswer, BatchCall

PATH = "/v1/batch"
MOST = 100
_KEPT = (b"authorization", b"host")


async def post(call: Call) -> Answer:
    """Answer every call by itself; one that fails does not hold up the others."""
    answers: list[Any] = []
    for index, one in enumerate(call.body):
        given = await call.server.answer(_request(call.request, index, one))
        answers.append(BatchAnswer(given.status, Raw(given.body or b"null")))
    return answer(answers)


def _request(outer: Request, index: int, one: BatchCall) -> Request:
    path, _, query = one.path.partition("?")
    if not path.startswith("/v1/") or path.startswith(PATH):
        path = "/v1"  # answered with 404: no batch in a batch, nothing beside /v1/
    return Request(
        method=one.method,
        path=path.encode().decode("latin-1"),
        query=query.encode(),
        headers=_headers(outer.headers, index),
        host=outer.host,
        id=f"{outer.id}/{index}",
        receive=_given(bytes(one.body)),
    )


def _headers(outer: Headers, index: int) -> Headers:
    headers = {name: outer[name] for name in _KEPT if name in outer}
    headers[b"content-type"] = b"application/json"
    key = outer.get(b"idempotency-key")
    if key is not None:
        headers[b"idempotency-key"] = key + b"/%d" % index
    return headers


def _given(body: bytes) -> Any:
    def receive() -> Awaitable[Any]:
        return _message(body)

    return receive


async def _message(body: bytes) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": False}


OPERATIONS = (
    Operation(
        method="POST",
        path=PATH,
        tag="operation",
        summary="Up to 100 calls in one round trip, in their order, each with its own answer.",
        write=post,
        scope="any",
        body=Annotated[list[BatchCall], Meta(min_length=1, max_length=MOST)],
        answers={200: list[BatchAnswer]},
    ),
)
