"""python -m benchmarks.quality [PART ...]: measure on real logs and write benchmarks/QUALITY.md.

Without names all parts, some ten minutes.
"""

from __future__ import annotations

import argparse
import platform
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.quality import logs
from benchmarks.report import commit, put

PARTS = {
    "films": "What is recommended",
    "tastes": "What is expected of a person's tastes",
    "skills": "Expertise",
    "next_action": "What a person does next",
    "patterns": "Patterns",
    "drift": "Whether a person's tastes have changed",
    "anomalies": "Unusual days",
}
PAGE = Path("benchmarks/QUALITY.md")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    chosen = parser.parse_args().parts
    if unknown := set(chosen) - set(PARTS):
        sys.exit(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    if not logs.data().is_dir():
        sys.exit(f"no data in {logs.data()}: set PENCHANT_DATA to the folder of the logs")
    for name in chosen or PARTS:
        made = f"`python -m benchmarks.quality {name}`, commit {commit()}, "
        text = f"## {PARTS[name]}\n\n{made}Python {platform.python_version()}.\n\n"
        text += import_module(f"benchmarks.quality.{name}").section().strip()
        print(text, flush=True)
        put(PAGE, name, text)


if __name__ == "__main__":
    main()
