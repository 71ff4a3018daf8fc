"""Operations that others add to the server."""

from __future__ import annotations

import logging
from importlib.metadata import EntryPoint

import pytest

from penchant.serve.http import operation
from penchant.serve.http.plugs import GROUP, joined


def plug(value: str, name: str = "mine") -> EntryPoint:
    return EntryPoint(name, value, GROUP)


def test_a_plug_adds_its_operations_behind_those_of_the_server() -> None:
    native = operation.OPERATIONS[:2]

    found = joined(native, [plug("penchant.serve.http.operation:OPERATIONS")])

    assert found[:2] == native
    assert found == operation.OPERATIONS


def test_a_plug_does_not_take_the_place_of_what_is_there() -> None:
    again = [plug("penchant.serve.http.operation:OPERATIONS", name) for name in ("one", "two")]

    assert joined(operation.OPERATIONS, again) == operation.OPERATIONS


def test_a_plug_whose_module_is_gone_is_left_out_and_named(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING, "penchant.http"):
        found = joined((), [plug("penchant.serve.gone.http:OPERATIONS")])

    assert found == ()
    assert "of 'mine' are not served: penchant.serve.gone is not there" in caplog.text


def test_a_plug_that_is_broken_is_not_passed_over() -> None:
    with pytest.raises(AttributeError):
        joined((), [plug("penchant.serve.http.operation:OPERATION")])
