"""Click: every command is an event, by its path. Run: python click_program.py export q1"""

import getpass

import click

import penchant
from penchant.capture.hooks import hook_click


@click.group()
def shop():
    """A program with commands."""


@shop.command()
@click.argument("quarter")
@click.option("--format", default="csv")
def export(quarter, format):
    if not quarter.startswith("q"):
        raise click.BadParameter("a quarter is q1 to q4")
    click.echo(f"{quarter}.{format}")


if __name__ == "__main__":
    with penchant.Recorder("taste") as recorder:
        hook_click(shop, recorder, user=getpass.getuser, parameters=["format"])
        shop()
