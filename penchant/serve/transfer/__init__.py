"""Transfer: other people's logs into a store, a store's log out of it, a store into another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from penchant.core.admission import Edge
from penchant.io import system
from penchant.io.formats import FORMATS, Format, find_format
from penchant.io.formats.source import opened
from penchant.serve.configuration import read_kinds, read_settings
from penchant.serve.transfer.comparing import Comparison
from penchant.serve.transfer.copying import Copied, Copying
from penchant.serve.transfer.exporting import Exported, export
from penchant.serve.transfer.importing import Import, Imported
from penchant.serve.transfer.importing import Progress as TransferProgress
from penchant.serve.transfer.options import (
    ImportOptions,
    allowed,
    check,
    form_of,
    plan_of,
    refused_of,
)
from penchant.serve.transfer.plan import Plan
from penchant.serve.transfer.refusals import Refusals
from penchant.serve.transfer.sink import StoreSink

__all__ = [
    "Comparison",
    "Copied",
    "Copying",
    "Exported",
    "ImportOptions",
    "Imported",
    "StoreSink",
    "TransferProgress",
    "edge_of",
    "export",
    "import_source",
]

NESTED = frozenset({"json", "jsonl"})  # formats whose rows may have columns of their own each


def edge_of(place: str | Path) -> Edge:
    """What events of the store at a place must satisfy; nothing is opened or made there."""
    settings = read_settings(place, {})
    kinds = read_kinds(place, settings.preset)
    zone = ZoneInfo(settings.zone)
    return Edge(kinds, zone, settings.strict_kinds, system.now, system.event_id)


def import_source(
    path: str | Path, edge: Edge, sink: StoreSink | None, options: ImportOptions
) -> Imported:
    """Import a source under ``ImportOptions``; without a sink nothing is stored: a dry run."""
    check(options)
    plan, form, only = plan_of(options), form_of(options), allowed(options.get("only"))
    with opened(path) as source:
        name = find_format(options.get("format"), source, str(path))
        format = FORMATS[name]
        rows = format.read(source, form)
        with Refusals(refused_of(options, str(path), dry_run=sink is None)) as refusals:
            work = Import(
                plan=plan if plan.items else _with_format(plan, format),
                edge=edge,
                refusals=refusals,
                sink=sink,
                only=only,
                limit=options.get("limit"),
                progress=options.get("progress"),
            )
            return work.run(source, name, rows, name in NESTED)


def _with_format(plan: Plan, format: Format) -> Plan:
    """The plan with what the format says of its columns, where nothing else is told."""
    told = plan.constants.keys() | plan.columns.keys()
    own = {name: value for name, value in format.constants.items() if name not in told}
    return replace(plan, defaults=format.fields, constants={**plan.constants, **own})
