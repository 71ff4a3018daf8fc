"""Files that the page on settings shows: a store that finds them beside itself obeys them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import penchant

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
_FILE = re.compile(r"```toml\n# (?P<name>[\w.]+)\n(?P<text>.*?)```", re.S)


def examples(page: Path) -> Iterator[re.Match[str]]:
    """What is written to files here of a page."""
    if page == PAGE:
        yield from _FILE.finditer(page.read_text())


def test_the_files_say_what_the_page_says_of_them(tmp_path: Path) -> None:
    for file in examples(PAGE):
        (tmp_path / file["name"]).write_text(file["text"])

    with penchant.open(tmp_path, follow=False) as p:
        p.track_many(
            [
                {"user": "ann", "kind": "hi", "item": "tea", "at": "2026-01-31 09:30"},
                {"user": "bob", "kind": "stars_100", "item": "tea", "value": 100},
                {"user": "cyd", "kind": "stars_100", "item": "tea", "value": 0},
            ]
        )
        waved = p.user("ann").history(1)[0].to_row()
        kinds = p.parts.kinds

        assert (waved["kind"], waved["at"]) == ("wave", "2026-01-31T09:30:00+01:00")
        assert p.parts.settings.seen == "hide"
        assert kinds.of("wave").signal(None, None) == 0.4
        assert [kinds.of("stars_100").signal(value, None) for value in (100, 50, 0)] == [
            0.9,
            0.0,
            -0.5,
        ]
        assert p.user("bob").rate("tea") > 0 == p.user("cyd").rate("tea")
