"""penchant profile: what is known of a person."""

from __future__ import annotations

import click

import penchant
from penchant.serve.cli.output import as_json, errors, print_json


@click.command("profile")
@click.argument("user")
@as_json
@click.pass_obj
def verb(store: str, user: str, json: bool) -> None:
    """What is known of USER."""
    with errors(), penchant.open(store, follow=False) as p:
        profile = p.user(user).profile()
        print_json(profile.to_dict())
