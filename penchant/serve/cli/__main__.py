"""python -m penchant.serve.cli: the command line without its script."""

from penchant.serve.cli import main

main(prog_name="penchant")
