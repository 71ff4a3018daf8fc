"""The intake: what was sent, as bytes or as mappings, becomes events and rejections."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import msgspec

from penchant.core.admission import Edge
from penchant.core.errors import InvalidEvent
from penchant.core.event import Event
from penchant.core.forms import EventForm
from penchant.core.receipt import Rejection

LINE = re.compile(rb"[^ \t\r\n][^\n]*")  # a line with something on it
_array = msgspec.json.Decoder(list[EventForm])
_object = msgspec.json.Decoder(EventForm)
_anything = msgspec.json.Decoder()
# What the decoder raises for bytes that are no JSON, are nested too deeply, or are not UTF-8.
NO_JSON = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)


@dataclass(slots=True)
class Sorted:
    """What was sent, sorted into events to append and rejections to report."""

    events: list[Event] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    def reject(self, index: int, error: InvalidEvent) -> None:
        self.rejected.append(Rejection(index, error.field, error.reason))


class Intake:
    """Checks events at the edge: a fast way for our own names, a patient one for everything else.

    With a ``key``, which names what is sent, an event without an id gets one made of the key and
    its place: sending the same again changes nothing.
    """

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    def mappings(self, raw: Iterable[object], key: str | None = None) -> Sorted:
        """Events from mappings under any known field names, or from events."""
        now = self._edge.now()
        sorted_ = Sorted()
        for index, one in enumerate(raw):
            try:
                if isinstance(one, Event):
                    sorted_.events.append(self._edge.checked(one, now))
                else:
                    id = None if key is None else id_of(key, index)
                    sorted_.events.append(self._edge.event_from(one, now, id))
            except InvalidEvent as error:
                sorted_.reject(index, error)
        return sorted_

    def json(self, body: bytes, key: str | None = None) -> Sorted:
        """Events from a JSON object or array.

        Raises one of ``NO_JSON`` where it is none.
        """
        try:
            forms = [_object.decode(body)] if body.lstrip()[:1] == b"{" else _array.decode(body)
        except msgspec.ValidationError:
            sent = _anything.decode(body)
            return self.mappings(sent if isinstance(sent, list) else [sent], key)
        return self._forms(forms, key)

    def lines(self, body: bytes, key: str | None = None) -> Sorted:
        """Events from newline-delimited JSON; a line that is no JSON is rejected by itself."""
        try:
            return self._forms(_object.decode_lines(body), key)
        except NO_JSON:
            return self._patient_lines(body, key)

    def _patient_lines(self, body: bytes, key: str | None) -> Sorted:
        sent: list[Any] = []
        broken: list[Rejection] = []
        for index, line in enumerate(LINE.finditer(body)):
            try:
                sent.append(_anything.decode(line[0]))
            except NO_JSON as error:
                sent.append(None)
                broken.append(Rejection(index, "$", f"no JSON: {error}"))
        sorted_ = self.mappings(sent, key)
        unread = {rejection.index for rejection in broken}
        told = [rejection for rejection in sorted_.rejected if rejection.index not in unread]
        sorted_.rejected = sorted([*told, *broken], key=lambda rejection: rejection.index)
        return sorted_

    def _forms(self, forms: list[EventForm], key: str | None) -> Sorted:
        now = self._edge.now()
        event = self._edge.event
        sorted_ = Sorted()
        for index, form in enumerate(forms):
            try:
                if key is not None and form.id is None:
                    form.id = id_of(key, index)
                sorted_.events.append(event(form, now, from_json=True))
            except InvalidEvent as error:
                sorted_.reject(index, error)
        return sorted_


def id_of(key: str, index: int) -> str:
    """The id of the event at that place among those sent under a key.

    >>> id_of("order 7", 0)
    'evt_ba48fd280df6ff96d117f6cf75a4dcbb'
    """
    return "evt_" + blake2b(f"{key}\0{index}".encode(), digest_size=16).hexdigest()
