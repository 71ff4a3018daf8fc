"""penchant profile: what is known of a person, what they are about to do, how their interface is set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from penchant.personalise.adapt import Interface
from penchant.personalise.next_action import Prediction
from penchant.profile.profile import Profile
from penchant.serve.cli.output import (
    as_json,
    brief,
    errors,
    one_line,
    opened,
    print_json,
    reasons,
    say,
    table,
)

RECORDS = 3  # of a list within a reading, the first ones
UNSHOWN = ("weight", "confidence")  # what share, rating and evidence say in a table


@click.command("profile")
@click.argument("user")
@click.option("--at", metavar="TIME", help="As it was then; default now.")
@click.option(
    "--next", "count", type=int, metavar="COUNT", help="What USER is about to do instead."
)
@click.option("--ux", is_flag=True, help="The settings of the interface in force instead.")
@as_json
@click.pass_obj
def verb(store: str, user: str, at: str | None, count: int | None, ux: bool, json: bool) -> None:
    """What is known of USER; with --next the actions most probable next, with --ux their interface."""
    if ux and count is not None:
        raise click.UsageError("--next and --ux are two questions; ask one at a time")
    with errors(), opened(store, everyone=ux or count is not None) as p:
        person = p.user(user, at=at)
        if ux:
            _interface(person.ux(), json)
            return
        if count is not None:
            _foretell(person.next(count), json)
            return
        profile = person.profile()
        if json:
            print_json(profile.to_dict())
        else:
            _show(profile, {one.name: one.needs for one in p.parts.fold.features})


def _foretell(found: Sequence[Prediction], json: bool) -> None:
    if json:
        print_json([one.to_dict() for one in found])
    elif found:
        table(
            ("action", "probability", "why"),
            [(one.action, one.probability, reasons(one.why)) for one in found],
        )
    else:
        say("nothing to foretell: nobody did anything yet")


def _interface(found: Interface, json: bool) -> None:
    if json:
        print_json(found.to_dict())
        return
    table(
        ("setting", "value", "source", "confidence", "why"),
        [(one.name, one.value, one.source, one.confidence, one.reason) for one in found.settings],
    )


def _show(profile: Profile, needs: Mapping[str, str]) -> None:
    told = profile.to_dict()
    say(f"{profile.user}, as of {told['as_of']}")
    if not profile.activity["events"]:
        say("nothing is known: no event names this user; 'penchant doctor USER' says more")
        return
    for name, reading in told["readings"].items():
        value = reading["value"]
        if not reading["evidence"] or not value:
            continue
        say()
        heading = f"{name} (evidence {reading['evidence']:,}, {reading['window']})"
        if isinstance(value, list):
            _listed(heading, value[:8])
        else:
            say(heading)
            _pairs(value, "  ")
    missing = [name for name, reading in told["readings"].items() if not reading["evidence"]]
    if missing:
        say("\nnot known yet, and what it is learned from")
        for name in missing:
            say(f"  {name:<14}{needs[name]}")


def _listed(heading: str, rows: list[Any]) -> None:
    if not isinstance(rows[0], dict):
        say(f"{heading}: {', '.join(map(str, rows))}")
        return
    say(heading)
    columns = [name for name in rows[0] if name not in UNSHOWN] or list(rows[0])
    table(columns, [[row.get(name) for name in columns] for row in rows])


def _pairs(value: dict[str, Any], indent: str) -> None:
    for name, one in value.items():
        if one is None or one == {} or one == []:
            continue
        if _are_records(one):
            say(f"{indent}{name}")
            for record in one[:RECORDS]:
                say(f"{indent}  {_phrase(record)}")
            continue
        if isinstance(one, dict):
            if any(map(_are_records, one.values())):
                say(f"{indent}{name}")
                _pairs(one, f"{indent}  ")
                continue
            one = _phrase(one)
        elif isinstance(one, list) and len(one) > 2:
            peaks = sorted(range(len(one)), key=lambda place: -float(one[place]))[:3]
            one = ", ".join(f"{place} h {brief(one[place])}" for place in peaks if one[place])
        if one == "":
            continue
        say(f"{indent}{name:<14}{brief(one)}")


def _are_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _phrase(record: dict[str, Any]) -> str:
    """Names and values of a record on one line, without what is nothing; inner ones in parentheses."""
    return ", ".join(
        f"{one_line(key)} ({_phrase(part)})"
        if isinstance(part, dict)
        else f"{one_line(key)} {one_line(brief(part))}"
        for key, part in list(record.items())[:12]
        if part not in (0, 0.0, None, {}, [])
    )
