"""An opener of a folder that does what it is told: in this process, or in one of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

import penchant
from penchant.serve.engine import Penchant
from tests.conftest import NOON
from tests.generate import CATALOGUE

ROOT = Path(__file__).parents[2]


def answer(p: Penchant, action: str, subject: Any) -> Any:
    """Do one thing and say what came of it, as plain data."""
    match action:
        case "send":
            return p.track_many(subject).to_dict()
        case "read":
            return p.user(subject).profile().to_dict()
        case "decide":
            p.parts.population.catch_up()
            return p.user(subject).recommend(5, seen="keep").to_dict()["items"]
        case "put":
            item = CATALOGUE[subject[0]]
            return p.put_items([{"id": item.id, "tags": list(item.tags), "category": subject[1]}])
        case "keep":
            p.flush()
            return p.parts.writer.write(p.parts.population.snapshot())
        case "forget":
            p.parts.states.forget()
            return p.parts.population.restart()
        case "retire":
            return p.retire(older_than=timedelta(days=subject)).events
        case "check":
            return p.check().passed
        case "count":
            return p.parts.store.count()
    raise ValueError(action)


class Here:
    """An opener in this process."""

    def __init__(self) -> None:
        self._opened: Penchant | None = None

    def open(self, folder: str) -> None:
        self.close()
        self._opened = penchant.open(folder, clock=lambda: NOON, follow=False)

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
        self._opened = None

    def __call__(self, action: str, subject: Any = None) -> Any:
        assert self._opened is not None
        told = answer(self._opened, action, subject)
        return msgspec.json.decode(msgspec.json.encode(told))


class There:
    """An opener in a process of its own, told over its pipes; it lives for many folders."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.laws.opener"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def open(self, folder: str) -> None:
        self("open", folder)

    def close(self) -> None:
        self("close")

    def tell(self, action: str, subject: Any = None) -> None:
        """Ask without waiting; :meth:`hear` is the answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([action, subject]) + "\n")
        self.process.stdin.flush()

    def hear(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the other process ended"
        return json.loads(line)

    def __call__(self, action: str, subject: Any = None) -> Any:
        self.tell(action, subject)
        return self.hear()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


def main() -> None:
    here = Here()
    for line in sys.stdin:
        action, subject = json.loads(line)
        told: Any = None
        match action:
            case "open":
                here.open(subject)
            case "close":
                here.close()
            case _:
                told = here(action, subject)
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
