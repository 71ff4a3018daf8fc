"""The hook of argparse: what it records of a run."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest

from penchant.capture.hooks import Tracking, hook_argparse, identify
from tests.capture.hooks.told import Ticks, Told


def program() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="shop")
    parser.add_argument("--version", action="version", version="1.0")
    commands = parser.add_subparsers()
    export = commands.add_parser("export", aliases=["ex"])
    export.add_argument("name")
    export.add_argument("--into", type=Path)
    orders = commands.add_parser("orders").add_subparsers(required=True)
    orders.add_parser("list")
    return parser


def run(told: Told, line: str, work: Any = lambda: None, **options: Any) -> None:
    parser = program()
    with hook_argparse(parser, told.recorder, **{"user": "ann", **options}):
        parser.parse_args(line.split())
        work()


def test_a_run_is_recorded_by_its_subcommand_without_what_was_typed(told: Told) -> None:
    ticks = Ticks()

    run(told, "export secret", lambda: ticks.advance(2), clock=ticks)

    assert told.events == [
        {
            "user": "ann",
            "kind": "command",
            "item": "shop export",
            "success": True,
            "duration_ms": 2_000.0,
            "context": {"exit_code": 0},
        }
    ]


@pytest.mark.parametrize(
    ("line", "item"),
    [("ex q1", "shop export"), ("orders list", "shop orders list"), ("", "shop")],
)
def test_the_innermost_subcommand_is_the_item_whatever_its_alias(
    told: Told, line: str, item: str
) -> None:
    run(told, line)

    assert told.only("item", "success") == [(item, True)]


@pytest.mark.parametrize(
    ("line", "item"),
    [("--nope", "shop"), ("export", "shop export"), ("orders", "shop orders"), ("nope", "shop")],
)
def test_wrong_usage_is_a_failure(
    told: Told, line: str, item: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        run(told, line)

    assert caught.value.code == 2
    assert told.only("item", "success", "error", "context") == [
        (item, False, "SystemExit", {"exit_code": 2})
    ]


@pytest.mark.parametrize("line", ["--help", "--version", "export --help"])
def test_asking_for_help_is_no_run(
    told: Told, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run(told, line)

    assert told.events == []


@pytest.mark.parametrize(
    ("error", "code", "name"),
    [
        (SystemExit(), 0, None),
        (SystemExit(3), 3, "SystemExit"),
        (SystemExit("no such file"), 1, "SystemExit"),
        (KeyboardInterrupt(), 1, "KeyboardInterrupt"),
        (LookupError("secret"), 1, "LookupError"),
    ],
)
def test_what_ends_the_block_goes_on_and_is_recorded(
    told: Told, error: BaseException, code: int, name: str | None
) -> None:
    def work() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        run(told, "export q1", work)

    assert caught.value is error
    assert told.only("item", "success", "error", "context") == [
        ("shop export", code == 0, name, {"exit_code": code})
    ]


def test_parameters_that_are_asked_for_are_kept_as_plain_values(told: Told) -> None:
    run(told, "export q1 --into out/q1", parameters=["into", "absent"])

    assert told.only("data") == [({"into": "out/q1"},)]


def test_a_user_named_within_is_that_of_the_run_and_of_what_it_tracks(told: Told) -> None:
    @Tracking(told.recorder)
    def price() -> None: ...

    def work() -> None:
        identify("bob")
        price()

    run(told, "export q1", work, user=lambda: "ann")
    run(told, "export q1", user=lambda: None)

    assert told.only("user", "item") == [("bob", "price"), ("bob", "shop export")]


def test_the_parser_is_as_it_was_after_the_block(told: Told) -> None:
    parser = program()

    with hook_argparse(parser, told.recorder, user="ann"):
        within = vars(parser).keys()
    parser.parse_args(["export", "q1"])

    assert "parse_known_args" not in within
    assert told.only("item") == [("shop",)]
