"""python -m benchmarks [QUESTION ...]: answer the questions and write benchmarks/RESULTS.md.

Without names all but ``kills`` and ``steady``, some forty minutes; with ``--small`` a tenth of the
data, to try.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from benchmarks.report import HEAD, write

QUESTIONS = (
    "starting",
    "ingest",
    "profiles",
    "recommend",
    "rebuild",
    "features",
    "statistics",
    "postgres",
    "recording",
    "losses",
    "kills",
    "steady",
)
LONG = ("kills", "steady")  # only when named


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("questions", nargs="*", metavar="QUESTION", help=", ".join(QUESTIONS))
    parser.add_argument("--small", action="store_true", help="a tenth of the data, nothing written")
    chosen = parser.parse_args()
    unknown = set(chosen.questions) - set(QUESTIONS)
    if unknown:
        sys.exit(
            f"no such question: {', '.join(sorted(unknown))}; there are {', '.join(QUESTIONS)}"
        )
    for name in chosen.questions or [one for one in QUESTIONS if one not in LONG]:
        question = import_module(f"benchmarks.{name}")
        about = str(question.__doc__)
        print(f"== {about.splitlines()[0]}", flush=True)
        answers = []
        for answer in question.answers(small=chosen.small):
            print(answer.line(), flush=True)
            answers.append(answer)
        if not chosen.small:
            write(name, about, answers, getattr(question, "HEAD", HEAD))


if __name__ == "__main__":
    main()
