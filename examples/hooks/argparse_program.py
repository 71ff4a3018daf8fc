"""Argparse: every run is an event, by its subcommand. Run: python argparse_program.py export q1"""

import argparse
import getpass

import penchant
from penchant.capture.hooks import hook_argparse

parser = argparse.ArgumentParser(prog="shop")
commands = parser.add_subparsers(required=True)
export = commands.add_parser("export")
export.add_argument("quarter", choices=["q1", "q2", "q3", "q4"])
export.set_defaults(run=lambda told: print(f"{told.quarter}.csv"))

with (
    penchant.Recorder("taste") as recorder,
    hook_argparse(parser, recorder, user=getpass.getuser),
):
    told = parser.parse_args()
    told.run(told)
