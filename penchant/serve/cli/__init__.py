"""The command line: one verb a file, imported only when it is used."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from penchant.version import __version__

# verb -> what `penchant --help` says of it; the verb lives in penchant/serve/cli/VERB.py as `verb`
VERBS = {
    "demo": "A store of simulated people, decisions with reasons, and a server.",
    "serve": "Answer over HTTP.",
    "import": "Read a log or a catalogue into the store.",
    "export": "Write log and catalogue to a file.",
    "copy": "A store into another place, folder or database.",
    "track": "Remember one event.",
    "profile": "What is known of a person.",
    "history": "What a person did, newest first.",
    "recommend": "The best items for a person.",
    "explain": "The score of one item for a person, and why.",
    "similar": "Items that the same people touch.",
    "trending": "What is popular lately.",
    "patterns": "What people do again and again.",
    "alerts": "What to look at: errors, slowness, unusual days, new tiers.",
    "stats": "What happened, ever or lately, and clicks per exposure.",
    "doctor": "Why somebody gets nothing, what is misconfigured.",
    "rebuild": "Fold every state anew from the log.",
    "retire": "Let old events leave the log; what they taught stays.",
    "check": "Prove that what is served equals a replay of the log.",
    "simulate": "Simulated people, as events or in a loop with the policies.",
}

PLACED = {
    "--store": "--store stands before the verb: penchant --store PLACE VERB",
    "--json": "--json stands behind the verb: penchant VERB --json",
}


@contextmanager
def placed() -> Iterator[None]:
    """Say of an option in the wrong place where it stands, instead of which is spelt like it."""
    try:
        yield
    except click.NoSuchOption as error:
        if error.option_name not in PLACED:
            raise
        raise click.UsageError(PLACED[error.option_name], error.ctx) from None


class Verbs(click.Group):
    """A group whose verbs are imported one at a time: `penchant --help` imports none."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in VERBS:
            return None
        module = import_module(f"penchant.serve.cli.{name}_verb")
        verb: click.Command = module.verb
        return verb

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            from penchant.core.suggestion import closest

            context.fail(f"There is no verb {args[0]!r}{closest(args[0], VERBS)}.")
        return super().resolve_command(context, args)

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        with placed():
            return super().parse_args(context, args)

    def invoke(self, context: click.Context) -> Any:
        with placed():
            return super().invoke(context)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--store",
    metavar="PLACE",
    default=lambda: os.environ.get("PENCHANT_STORE", "./penchant-store"),
    help="The store: a folder or postgresql://...; default $PENCHANT_STORE or ./penchant-store.",
)
@click.version_option(__version__, prog_name="penchant")
@click.pass_context
def main(context: click.Context, store: str) -> None:
    """Remembers what people do, learns from it, and hands it back as decisions."""
    context.obj = store
