"""Logs of actions, in order of time: shell commands of trainees, analysts' steps."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from benchmarks.quality.logs import data
from penchant.core.event import Event
from penchant.core.instant import instant


def kypo_shell() -> list[Event]:
    """Command lines; the role is the training. The 19 rows without a command are left out."""
    with gzip.open(data() / "kypo_shell/commands.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for line in lines]
    return _ordered(
        Event(
            id=str(number),
            user=row["trainee"],
            kind="command",
            at=instant(datetime.fromisoformat(row["timestamp_str"])),
            text=row["cmd"],
            context={"role": row["training"]},
        )
        for number, row in enumerate(rows)
        if row.get("cmd", "").strip()
    )


def react_ida() -> list[Event]:
    """Steps of analysis: the kind is what was done, the category the field; the role is the project."""
    csv.field_size_limit(10_000_000)
    with gzip.open(data() / "react_ida/session_repositories/actions.tsv.gz", "rt") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return _ordered(
        Event(
            id=row["action_id"],
            user=row["user_id"],
            kind=row["action_type"],
            at=instant(datetime.fromisoformat(row["creation_time"]).replace(tzinfo=UTC)),
            session=row["session_id"],
            context={"role": row["project_id"]},
            data={"category": _field(row["action_params"])},
        )
        for row in rows
    )


def _field(params: str) -> Any:
    told = json.loads(params) if params else {}
    return told.get("field")


def _ordered(events: Iterator[Event]) -> list[Event]:
    """Events by time; those of one instant stay in the order of the file."""
    return sorted(events, key=lambda event: event.at)
