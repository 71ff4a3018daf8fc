"""The catalogue over HTTP."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from penchant.core.errors import InvalidArgument, InvalidItem, NotFound
from penchant.core.forms import ITEM_ALIASES, ItemForm
from penchant.core.item import Item
from penchant.core.ports import PutItems, RemoveItem
from penchant.serve.http.answer import Answer, answer
from penchant.serve.http.call import Call, Operation
from penchant.serve.http.problems import Refusal
from penchant.serve.http.wire import ItemBody, ItemFields, StoredBody, item_body

MOST = 10_000  # items put at once
FEW = 200  # items checked without a thread


def get(call: Call) -> Answer:
    """An item of the catalogue."""
    return answer(item_body(call.engine.find_item(call.names["item"])))


async def put(call: Call) -> Answer:
    """Put one item, replacing what was known of it."""
    name = call.names["item"]
    raw: dict[str, Any] = call.body
    if not any(alias in raw for alias in ("id", *ITEM_ALIASES["id"])):
        raw = {**raw, "id": name}
    item = call.engine.parts.edge.item_from(raw)
    if item.id != name:
        raise Refusal(
            HTTPStatus.CONFLICT,
            f"the path names {name[:60]!r}, the body {item.id[:60]!r}; leave the id out",
            field="$.id",
        )
    await call.server.writes.write(PutItems((item,)))
    return answer(item_body(item))


async def post(call: Call) -> Answer:
    """Put several items, all or none."""
    raw: list[Any] = call.body
    if len(raw) > MOST:
        raise InvalidArgument("$", f"at most {MOST} items at once, got {len(raw)}")
    items = await asyncio.to_thread(_items, call) if len(raw) > FEW else _items(call)
    stored = await call.server.writes.write(PutItems(items)) if items else 0
    return answer(StoredBody(stored))


async def delete(call: Call) -> Answer:
    """Take an item out of the catalogue."""
    name = call.names["item"]
    if not await call.server.writes.write(RemoveItem(name)):
        raise NotFound(f"no item {name!r} in the catalogue")
    return Answer(204)


def _items(call: Call) -> list[Item]:
    edge = call.engine.parts.edge
    now = call.engine.parts.now()
    items = []
    for index, raw in enumerate(call.body):
        try:
            items.append(edge.item_from(raw, now))
        except InvalidItem as error:
            inner = "" if error.field == "$" else f".{error.field}"
            raise InvalidItem(f"[{index}]{inner}", error.reason) from None
    return items


OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/items/{item}",
        tag="catalogue",
        summary="An item of the catalogue.",
        read=get,
        answers={200: ItemBody},
        errors=(404,),
    ),
    Operation(
        method="PUT",
        path="/v1/items/{item}",
        tag="catalogue",
        summary="Put an item, replacing what was known of it.",
        write=put,
        scope="write",
        body=dict[str, Any],
        described=ItemFields,
        answers={200: ItemBody},
        errors=(409,),
    ),
    Operation(
        method="DELETE",
        path="/v1/items/{item}",
        tag="catalogue",
        summary="Take an item out of the catalogue: it is not offered any more.",
        write=delete,
        scope="write",
        answers={204: None},
        errors=(404,),
    ),
    Operation(
        method="POST",
        path="/v1/items",
        tag="catalogue",
        summary="Put up to 10,000 items, all or none.",
        write=post,
        scope="write",
        body=list[Any],
        described=list[ItemForm],
        answers={200: StoredBody},
    ),
)
