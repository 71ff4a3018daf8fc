"""penchant doctor: why somebody gets nothing, what is misconfigured, what cannot be written."""

from __future__ import annotations

import click

from penchant.core.errors import PenchantError
from penchant.serve.cli.output import as_json, errors, opened, print_json, say
from penchant.serve.doctor import Finding, before_opening, examine


@click.command("doctor")
@click.argument("user", required=False)
@as_json
@click.pass_obj
def verb(store: str, user: str | None, json: bool) -> None:
    """Look at the store, and at USER if one is named; say in plain words what is amiss.

    Exit code 0, whatever is found; 1 where nothing could be looked at.
    """
    with errors():
        findings = before_opening(store)
        if not any(finding.about in ("settings", "kinds") for finding in findings):
            findings += _inside(store, user, findings)
        if json:
            print_json({"findings": [finding.to_dict() for finding in findings]})
        else:
            for finding in findings:
                say(f"- {finding.about}: {finding.sentence}")
            if not findings:
                say("no findings")


def _inside(store: str, user: str | None, known: list[Finding]) -> list[Finding]:
    try:
        with opened(store) as p:
            return examine(p, user)
    except PenchantError as error:
        if not known:
            raise
        return [Finding("store", f"it cannot be opened: {error}")]
