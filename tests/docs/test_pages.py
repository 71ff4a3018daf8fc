"""Every Python example on the pages runs and prints what the page shows."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from penchant.version import __version__

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    *(
        ROOT / "docs" / f"{name}.md"
        for name in (
            "actions",
            "compat/capsules",
            "compat/discovery",
            "compat/monitor",
            "alerts",
            "decisions",
            "events",
            "import",
            "interface",
            "recorder",
            "retention",
            "settings",
            "statistics",
        )
    ),
]
_EXAMPLE = re.compile(r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", re.DOTALL)
_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def examples(page: Path) -> Iterator[re.Match[str]]:
    """What is run here of a page."""
    if page in PAGES:
        yield from _EXAMPLE.finditer(page.read_text())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_print_what_the_page_shows(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}

    for example in examples(page):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(example[1], page.name, "exec"), names)
        assert printed.getvalue() == (example[2] or "")


@pytest.mark.parametrize(
    "page", sorted(ROOT.glob("docs/**/*.md")) + PAGES[:1], ids=lambda page: page.stem
)
def test_links_lead_to_files(page: Path) -> None:
    missing = [
        link for link in _LINK.findall(page.read_text()) if not (page.parent / link).exists()
    ]

    assert missing == []


def test_the_version_in_code_and_changelog_agree() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()

    assert f"## {__version__}\n" in changelog or f"Towards {__version__}," in changelog
