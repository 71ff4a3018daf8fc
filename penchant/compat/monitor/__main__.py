"""python -m penchant.compat.monitor: what a monitor recorded, by the documented verbs."""

from __future__ import annotations

import json
from collections.abc import Callable
from tempfile import TemporaryDirectory
from typing import Any

import click

from penchant.compat.monitor.files import write_files
from penchant.compat.monitor.monitor import InteractionMonitor
from penchant.compat.monitor.options import DATA_DIR
from penchant.compat.monitor.records import InteractionStatus, InteractionType
from penchant.core.errors import NotFound, PenchantError
from penchant.io.stores.sqlite import FILE
from penchant.io.system import path_of

SAMPLE = (
    ("status", InteractionStatus.SUCCESS, None),
    ("deploy", InteractionStatus.ERROR, "no such host"),
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--store",
    metavar="FOLDER",
    default=DATA_DIR,
    show_default=True,
    help="The folder of the monitor.",
)
@click.pass_context
def main(context: click.Context, store: str) -> None:
    """What an interaction monitor recorded."""
    context.obj = store


@main.command()
def test() -> None:
    """Record two interactions into a folder of their own and read them back; exit code 1 if that fails."""
    with TemporaryDirectory() as folder, InteractionMonitor(folder) as monitor:
        for command, status, error in SAMPLE:
            monitor.record_interaction(
                InteractionType.CLI_COMMAND, command, status, 1.0, "test", error
            )
        told = monitor.get_statistics()
        found = (
            told["total_interactions"],
            told["successful_interactions"],
            told["command_frequency"],
        )
        expected = 2, 1, {"deploy": 1, "status": 1}
        if found != expected or monitor.get_user_profile("test") is None:
            raise click.ClickException(f"expected {expected} to be read back, got {found}")
    click.echo("recorded 2 interactions and read them back")


@main.command()
@click.pass_obj
def stats(store: str) -> None:
    """What ever happened, as JSON."""
    _show(store, lambda monitor: monitor.get_statistics())


@main.command()
@click.argument("hours", type=click.FloatRange(0, min_open=True), default=24)
@click.pass_obj
def analyze(store: str, hours: float) -> None:
    """What happened in the latest HOURS (24 unless told), as JSON."""
    _show(store, lambda monitor: monitor.analyze_recent_interactions(hours))


@main.command()
@click.argument("folder")
@click.pass_obj
def export(store: str, folder: str) -> None:
    """Write interactions by day, profiles and patterns into FOLDER."""
    _show(store, lambda monitor: write_files(monitor, folder).to_dict())


def _show(store: str, ask: Callable[[InteractionMonitor], dict[str, Any]]) -> None:
    """Ask the monitor of a store that is there already; reading makes no folder and deletes nothing."""
    try:
        if not (path_of("store", store) / FILE).is_file():
            raise NotFound(
                f"no monitor has stored anything in {store}; name its folder with --store"
            )
        with InteractionMonitor(store, retention_days=0) as monitor:
            click.echo(json.dumps(ask(monitor), indent=2, ensure_ascii=False))
    except PenchantError as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main(prog_name="python -m penchant.compat.monitor")
