"""Arguments by their names: wherever a call puts them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from penchant.capture.episodes import Episodes
from penchant.capture.hooks.arguments import Picked
from penchant.core.errors import InvalidArgument


def show(user: str, /, sku: str, zoom: int = 1, *rest: str, at: str = "now", **more: str) -> None:
    """A function with parameters of every sort."""


def picked(picks: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return Picked("item", picks, show, Episodes()).of(args, kwargs)


def test_arguments_are_found_by_place_by_name_and_by_default() -> None:
    assert picked(lambda user, sku: (user, sku), "ann", "tea") == ("ann", "tea")
    assert picked(lambda sku, user: (user, sku), "ann", sku="tea") == ("ann", "tea")
    assert picked(lambda zoom, at: (zoom, at), "ann", "tea") == (1, "now")
    assert picked(lambda zoom, at: (zoom, at), "ann", "tea", 3, "x", at="then") == (3, "then")


def test_a_keyword_only_argument_is_not_taken_from_a_place() -> None:
    assert picked(lambda at: at, "ann", "tea", 3, "x", "y", "z") == "now"


def test_a_function_of_nothing_is_called_with_nothing() -> None:
    assert picked(lambda: "tea", "ann", "cup") == "tea"


def test_an_argument_that_the_call_lacks_is_none() -> None:
    assert picked(lambda sku: f"<{sku}>", "ann") is None


def test_a_failure_is_none_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    one = Picked("item", lambda sku: sku["id"], show, Episodes())

    with caplog.at_level(logging.WARNING, "penchant.capture"):
        found = [one.of(("ann", "tea"), {}) for _ in range(3)]

    assert found == [None] * 3
    assert len(caplog.records) == 1
    assert "'item' failed" in caplog.text


@pytest.mark.parametrize("picks", [lambda price: price, lambda rest: rest, lambda more: more])
def test_what_the_function_has_not_is_refused(picks: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"no argument of the function; it has user, sku"):
        picked(picks)


@pytest.mark.parametrize("picks", [lambda *args: args, lambda **more: more, lambda a, /: a, iter])
def test_a_function_whose_parameters_have_no_names_is_refused(picks: Any) -> None:
    with pytest.raises(InvalidArgument, match="such as lambda sku: sku"):
        picked(picks)
