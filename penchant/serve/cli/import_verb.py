"""penchant import: read a log or a catalogue into the store."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path
from typing import Any

import click

import penchant
from penchant.core import instant
from penchant.core.wording import counted
from penchant.serve.cli.output import as_json, errors, learn, print_json, progress, say, table
from penchant.serve.transfer import Imported, ImportOptions, edge_of, import_source


@click.command("import")
@click.argument("source")
@click.option("--map", multiple=True, metavar="FIELD=COLUMN,...", help="Which columns are what.")
@click.option("--kind", metavar="NAME", help="The kind of all events.")
@click.option("--user", metavar="NAME", help="The user of all events.")
@click.option("--items", is_flag=True, help="The source is a catalogue: rows are items.")
@click.option(
    "--format", metavar="NAME", help="csv, tsv, json, jsonl, parquet, access-log, shell-history."
)
@click.option(
    "--delimiter", metavar="TEXT", help="What stands between columns, such as ';' or '::'."
)
@click.option("--columns", metavar="A,B,C", help="Names of the columns, where there is no header.")
@click.option("--zone", metavar="ZONE", help="The zone of times that name none.")
@click.option("--time-format", metavar="FORM", help="The form of times, such as '%d/%m/%Y %H:%M'.")
@click.option(
    "--time-unit", metavar="UNIT", help="The unit of times that are numbers: s, ms, us, ns."
)
@click.option("--decimal", metavar="SIGN", help="',' where numbers are written 1.299,00.")
@click.option(
    "--split", multiple=True, metavar="FIELD=TEXT", help="Divide tags, or item into one event each."
)
@click.option("--only", multiple=True, metavar="COLUMN=A|B", help="Skip rows with other values.")
@click.option("--keep-rest", is_flag=True, help="Keep columns that nothing names in 'data'.")
@click.option("--limit", type=int, metavar="ROWS", help="Read only so many rows.")
@click.option(
    "--dry-run", is_flag=True, help="Show what would be stored and refused; store nothing."
)
@click.option("--refused", metavar="FILE", help="Where refused rows go.")
@as_json
@click.pass_obj
def verb(store: str, /, source: str, dry_run: bool, json: bool, **options: Any) -> None:
    """Read SOURCE, a file or - for standard input, into the store.

    The same rows again add nothing. docs/import.md explains every option.
    """
    told: ImportOptions = {name: value or None for name, value in options.items()}  # type: ignore[assignment]  # click gives them by name
    told["items"], told["keep_rest"] = options["items"], options["keep_rest"]
    told["limit"] = options["limit"]
    with errors():
        result = _run(store, source, dry_run, told)
        if json:
            print_json(result.to_dict())
        else:
            _show(result, edge_of(store).kinds.declared)


def _run(store: str, source: str, dry_run: bool, told: ImportOptions) -> Imported:
    missing = source != "-" and not Path(source).expanduser().exists()
    if dry_run or missing:  # a missing source is said before a store is made
        with progress("reading") as report:
            told["progress"] = report
            return import_source(source, edge_of(store), None, told)
    with penchant.open(store, follow=False) as p:
        with progress("reading") as report:
            told["progress"] = report
            result = p.import_(source, **told)
        learn(p)
    return result


def _show(result: Imported, declared: Container[str]) -> None:
    if result.dry_run:
        _show_examples(result)
    what = "items" if result.items and not result.events else "events"
    count = result.items if what == "items" else result.events
    say(f"{result.source}: {counted(result.read, 'row')} of {result.format}")
    if result.dry_run:
        rows: list[tuple[str, object]] = [(f"{what} to store", count)]
    elif what == "items":
        rows = [("items changed", result.accepted), ("items unchanged", result.duplicates)]
    else:
        rows = [("accepted", result.accepted), ("duplicates", result.duplicates)]
        rows += [("items", result.items)] if result.items else []
    rows += [("refused", result.refused)]
    rows += [("skipped", result.skipped)] if result.skipped else []
    rows += [("seconds", round(result.seconds, 1))]
    for name, value in rows:
        say(f"  {name:<16}{value:>12,}")
    if result.first is not None and result.last is not None:
        say(f"  from {instant.text(result.first)} to {instant.text(result.last)}")
    if result.kinds:
        say()
        table(("kind", "events"), result.kinds.most_common(20))
    _show_doubts(result)
    _show_strange([kind for kind, _ in result.kinds.most_common() if kind not in declared])


def _show_examples(result: Imported) -> None:
    say("a dry run, nothing is stored; the first as they would be:")
    for example in result.examples:
        print_json(example)
    say()


def _show_doubts(result: Imported) -> None:
    if result.refused:
        say()
        table(
            ("field", "rows", "refused because"),
            [(a, c, b[:160]) for a, b, c in result.reasons[:5]],
        )
        for example in result.refused_examples[:2] if result.dry_run else ():
            print_json(example)
    if result.refused_file:
        say(f"refused rows are in {result.refused_file}")
    if result.undated:
        say(f"{counted(result.undated, 'event')} without a time got that of the import")
    if result.mapped:
        say("read as: " + ", ".join(f"{field}={column}" for field, column in result.mapped.items()))
    if result.unmapped:
        say(f"columns not read: {', '.join(result.unmapped[:12])}")


def _show_strange(kinds: list[str]) -> None:
    """Kinds that nobody declared hardly count: better said now than found by the doctor."""
    if kinds:
        more = f" and {len(kinds) - 3} more" if len(kinds) > 3 else ""
        say(
            f"kinds nobody declared, each of weight 0.1: {', '.join(kinds[:3])}{more}; "
            "say in kinds.toml what they mean"
        )
