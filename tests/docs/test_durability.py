"""Every promise on the page about durability names tests, and those tests are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "durability.md"
_TEST = re.compile(r"`(test_\w+)`")


def test_every_test_that_the_page_names_is_there() -> None:
    named = set(_TEST.findall(PAGE.read_text()))
    there = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)
    }

    assert named - there == set()


def test_every_promise_names_a_test() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    promises = [row for row in rows if not row.startswith("| acknowledgement")]

    assert promises
    assert [row for row in promises if not _TEST.search(row)] == []
