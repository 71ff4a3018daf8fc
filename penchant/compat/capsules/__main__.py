"""``python -m penchant.compat.capsules``: serve as the documented environment asks."""

from __future__ import annotations

import os
import sys

import click

from penchant.compat.capsules.environment import deployment
from penchant.core.errors import InvalidSettings
from penchant.serve.cli import main


def run() -> None:
    """Serve until stopped; exit code 2 where a variable cannot be used."""
    try:
        asked = deployment(os.environ)
    except InvalidSettings as error:
        click.echo(f"penchant: {error}", err=True)
        sys.exit(2)
    if asked.unused:
        click.echo(f"penchant: set and without effect: {', '.join(asked.unused)}", err=True)
    options = ["--host", asked.host, "--port", str(asked.port), "--processes", str(asked.processes)]
    main(["--store", asked.store, "serve", *options], prog_name="penchant")


if __name__ == "__main__":
    run()
