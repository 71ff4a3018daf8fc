"""The hook of click: what it records of commands and groups."""

from __future__ import annotations

import enum
import logging
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from penchant.capture.hooks import Tracking, hook_click, identify
from penchant.core.errors import InvalidArgument
from tests.capture.hooks.told import Ticks, Told


class Colour(enum.Enum):
    RED = 1


def program(told: Told, ticks: Ticks) -> click.Group:
    @click.group(invoke_without_command=True)
    @click.version_option("1.0")
    @click.option("--as", "who")
    def shop(who: str | None) -> None:
        if who:
            identify(who)

    @shop.command()
    @click.argument("name")
    @click.option("--password")
    @click.option("--tag", multiple=True)
    @click.option("--into", type=click.Path(path_type=Path))
    @click.option("--colour", type=click.Choice(Colour))
    def export(name: str, **options: Any) -> None:
        ticks.advance(1.5)

    @shop.group()
    def orders() -> None: ...

    @orders.command()
    @click.argument("how")
    def fail(how: str) -> None:
        match how:
            case "exit":
                click.get_current_context().exit(3)
            case "well":
                click.get_current_context().exit(0)
            case "abort":
                raise click.Abort
            case "usage":
                raise click.BadParameter("secret")
            case "said":
                raise click.ClickException("secret")
            case "system":
                raise SystemExit(4)
            case "interrupt":
                raise KeyboardInterrupt
        raise LookupError("secret")

    return shop


def hooked(told: Told, **options: Any) -> click.Group:
    ticks = Ticks()
    made = program(told, ticks)
    hook_click(made, told.recorder, **{"user": "ann", "clock": ticks, **options})
    return made


def run(command: click.Command, line: str) -> int:
    return CliRunner().invoke(command, line.split()).exit_code


def test_a_command_is_recorded_by_its_path_without_what_was_typed(told: Told) -> None:
    assert run(hooked(told), "export q1 --password secret") == 0
    assert told.events == [
        {
            "user": "ann",
            "kind": "command",
            "item": "shop export",
            "success": True,
            "duration_ms": 1_500.0,
            "context": {"exit_code": 0},
        }
    ]


@pytest.mark.parametrize(
    ("how", "code", "error"),
    [
        ("exit", 3, "Exit"),
        ("well", 0, None),
        ("abort", 1, "Abort"),
        ("usage", 2, "BadParameter"),
        ("said", 1, "ClickException"),
        ("system", 4, "SystemExit"),
        ("interrupt", 1, "KeyboardInterrupt"),
        ("else", 1, "LookupError"),
    ],
)
def test_every_way_to_end_is_recorded_once_with_its_code(
    told: Told, how: str, code: int, error: str | None
) -> None:
    assert run(hooked(told), f"orders fail {how}") == code
    assert told.only("item", "success", "error", "context") == [
        ("shop orders fail", code == 0, error, {"exit_code": code})
    ]
    assert "secret" not in str(told.events)


@pytest.mark.parametrize(
    ("line", "item", "error"),
    [
        ("--nope", "shop", "NoSuchOption"),
        ("nope", "shop", "NoSuchCommand"),
        ("export", "shop export", "MissingParameter"),
        ("orders nope", "shop orders", "NoSuchCommand"),
        ("orders fail a b", "shop orders fail", "UsageError"),
    ],
)
def test_wrong_usage_is_a_failure_of_the_command_that_was_meant(
    told: Told, line: str, item: str, error: str
) -> None:
    assert run(hooked(told), line) == 2
    assert told.only("item", "success", "error", "context") == [
        (item, False, error, {"exit_code": 2})
    ]


@pytest.mark.parametrize("line", ["--help", "--version", "export --help", "orders fail --help"])
def test_asking_for_help_is_no_run(told: Told, line: str) -> None:
    assert run(hooked(told), line) == 0
    assert told.events == []


def test_a_group_that_runs_without_a_command_is_recorded(told: Told) -> None:
    assert run(hooked(told), "") == 0
    assert told.only("item", "success") == [("shop", True)]


def test_a_group_that_fails_before_its_command_is_recorded_itself(told: Told) -> None:
    @click.group()
    def shop() -> None:
        raise LookupError

    shop.add_command(click.Command("export"))
    hook_click(shop, told.recorder, user="ann")

    assert run(shop, "export") == 1
    assert told.only("item", "error") == [("shop", "LookupError")]


def test_an_open_file_is_kept_by_its_name(told: Told, tmp_path: Path) -> None:
    @click.command()
    @click.argument("file", type=click.File())
    def read(file: Any) -> None: ...

    (tmp_path / "q1").write_text("")
    hook_click(read, told.recorder, user="ann", parameters=["file"])

    assert run(read, f"{tmp_path}/q1") == 0
    assert told.only("data") == [({"file": f"{tmp_path}/q1"},)]


def test_every_command_of_a_chain_is_recorded(told: Told) -> None:
    @click.group(chain=True)
    def tea() -> None: ...

    @tea.command()
    def boil() -> None: ...

    @tea.command()
    def pour() -> None:
        raise LookupError

    hook_click(tea, told.recorder, user="ann")

    assert run(tea, "boil pour") == 1
    assert told.only("item", "success") == [("tea boil", True), ("tea pour", False)]


def test_commands_that_are_made_when_asked_for_are_recorded_each_time(told: Told) -> None:
    class Lazy(click.Group):
        def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
            return click.Command(name, callback=lambda: None)

    lazy = Lazy("lazy")
    hook_click(lazy, told.recorder, user="ann")

    for name in ("one", "two", "one"):
        run(lazy, name)

    assert told.only("item") == [("lazy one",), ("lazy two",), ("lazy one",)]


def test_parameters_that_are_asked_for_are_kept_as_plain_values(told: Told) -> None:
    command = hooked(told, parameters=["name", "tag", "into", "colour", "absent"])

    run(command, "export q1 --password secret --tag a --tag b --into out/q1 --colour RED")

    assert told.only("data") == [
        ({"name": "q1", "tag": ["a", "b"], "into": "out/q1", "colour": "RED"},)
    ]


def test_a_user_named_by_a_group_is_that_of_its_commands(told: Told) -> None:
    command = hooked(told, user=lambda: None)
    tracked = Tracking(told.recorder)

    @command.command()
    @tracked
    def price() -> None: ...

    run(command, "--as bob price")
    run(command, "price")

    assert told.only("user", "item") == [("bob", "price"), ("bob", "shop price")]


def test_a_user_function_that_fails_fails_no_command(
    told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    def failing() -> str:
        raise OSError

    with caplog.at_level(logging.WARNING, "penchant.capture"):
        command = hooked(told, user=failing)
        assert [run(command, "export q1") for _ in range(2)] == [0, 0]

    assert told.events == []
    assert len([one for one in caplog.records if "'user' failed" in one.getMessage()]) == 1


def test_completion_is_not_recorded(told: Told) -> None:
    command = hooked(told)
    environment = {
        "_SHOP_COMPLETE": "bash_complete", "COMP_WORDS": "shop export --nope -", "COMP_CWORD": "3",
    }  # fmt: skip

    CliRunner().invoke(command, [], prog_name="shop", env=environment)

    assert told.events == []


def test_a_single_command_is_recorded_without_standalone_mode_too(told: Told) -> None:
    @click.command()
    def hello() -> str:
        return "hello"

    hook_click(hello, told.recorder, user="ann")

    assert hello.main([], "hello", standalone_mode=False) == "hello"
    assert told.only("item", "success") == [("hello", True)]


def test_hooking_twice_or_what_is_no_command_is_refused(told: Told) -> None:
    command = hooked(told)

    with pytest.raises(InvalidArgument, match="hooked already"):
        hook_click(command, told.recorder, user="ann")
    with pytest.raises(InvalidArgument, match="expected a command"):
        hook_click(print, told.recorder, user="ann")
    with pytest.raises(InvalidArgument, match="parameters"):
        hooked(told, parameters="name")
    with pytest.raises(InvalidArgument, match="user"):
        hooked(told, user=None)
