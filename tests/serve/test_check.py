from __future__ import annotations

import pytest

from penchant.serve.engine import Penchant
from penchant.serve.states import States


def test_an_item_that_arrives_between_state_and_replay_is_no_difference(
    p: Penchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    p.track_many([{"user": "ann", "kind": "click", "item": "tea"}])
    replayed = States.replayed
    arriving = [{"id": "tea", "category": "drink"}]

    def late(self: States, *arguments: object, **named: object) -> object:
        while arriving:
            p.put_items([arriving.pop()])
        return replayed(self, *arguments, **named)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(States, "replayed", late)

    assert p.check().passed
