"""No block on a page is there only to be read: each is run, or compared with what it describes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs import (
    test_drawing,
    test_hooks,
    test_http,
    test_pages,
    test_postgresql,
    test_readme,
    test_toml,
)
from tests.whole import test_real_logs

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
RUNNING = (
    test_drawing,
    test_hooks,
    test_http,
    test_pages,
    test_postgresql,
    test_readme,
    test_real_logs,
    test_toml,
)
_FENCE = re.compile(r"^```(.*)\n(?:.*\n)*?```$", re.MULTILINE)
_INDENTED = re.compile(r"(?<=\n\n)    .*")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_is_run_or_compared(page: Path) -> None:
    run = [example.span() for module in RUNNING for example in module.examples(page)]

    loose = [
        fence[0]
        for fence in _FENCE.finditer(page.read_text())
        if not any(start <= fence.start() and fence.end() <= end for start, end in run)
    ]

    assert loose == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_block_hides_in_an_indentation(page: Path) -> None:
    prose = _FENCE.sub("", page.read_text())

    assert _INDENTED.findall(prose) == []
