"""Problems: errors as RFC 9457 documents with the status codes that clients act on."""

from __future__ import annotations

from http import HTTPStatus

import msgspec

from penchant.core.errors import (
    InvalidInput,
    NotFound,
    PenchantError,
    QueueFull,
    StoreError,
)
from penchant.core.receipt import Rejection
from penchant.serve.http.answer import Answer
from penchant.serve.http.wire import Problem, ReceiptBody

MEDIA = "application/problem+json"
_encode = msgspec.json.Encoder().encode


class Refusal(PenchantError):
    """A request that is answered with a status of its own; ``headers`` say the way out."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        field: str | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.field = field
        self.headers = headers


class AllRefused(PenchantError):
    """No event of a request could be accepted."""

    def __init__(self, rejected: list[Rejection], alone: bool) -> None:
        super().__init__("every event was refused")
        self.rejected = rejected
        self.alone = alone


def problem(error: PenchantError, request_id: str, *, in_body: bool = False) -> Answer:
    """The answer to what went wrong; ``in_body`` says that bare field names are in the body."""
    match error:
        case Refusal():
            return _answer(error.status, error.detail, request_id, error.field, error.headers)
        case AllRefused():
            return _all_refused(error, request_id)
        case InvalidInput():
            field = pointer(error.field) if in_body else error.field
            return _answer(HTTPStatus.BAD_REQUEST, error.reason, request_id, field)
        case NotFound():
            return _answer(HTTPStatus.NOT_FOUND, str(error), request_id)
        case QueueFull():
            wait = (("retry-after", str(error.retry_after)),)
            return _answer(HTTPStatus.TOO_MANY_REQUESTS, str(error), request_id, headers=wait)
        case StoreError():
            return _answer(
                HTTPStatus.SERVICE_UNAVAILABLE,
                str(error),
                request_id,
                headers=(("retry-after", "1"),),
            )
        case _:
            return failure(request_id)


def failure(request_id: str) -> Answer:
    """The answer to a fault of ours: no more than where to look."""
    return _answer(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "penchant failed; its log has the cause under this request_id",
        request_id,
    )


def pointer(field: str) -> str:
    """The path of a field in a body.

    >>> pointer("items[1].price"), pointer("$"), pointer("[2].id")
    ('$.items[1].price', '$', '$[2].id')
    """
    if field.startswith("$"):
        return field
    return f"${field}" if field.startswith("[") else f"$.{field}"


def _all_refused(error: AllRefused, request_id: str) -> Answer:
    first = error.rejected[0]
    place = pointer(first.field)
    field = place if error.alone else f"$[{first.index}]{place[1:]}"
    count = len(error.rejected)
    detail = first.reason if count == 1 else f"all {count} events were refused: {first.reason}"
    return _answer(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        detail,
        request_id,
        field,
        receipt=ReceiptBody(0, 0, error.rejected),
    )


def _answer(
    status: HTTPStatus,
    detail: str,
    request_id: str,
    field: str | None = None,
    headers: tuple[tuple[str, str], ...] = (),
    receipt: ReceiptBody | None = None,
) -> Answer:
    body = Problem(
        type="about:blank",
        title=status.phrase,
        status=status.value,
        detail=detail,
        field=field,
        request_id=request_id,
        **({} if receipt is None else msgspec.structs.asdict(receipt)),
    )
    return Answer(status.value, _encode(body), MEDIA, headers)
