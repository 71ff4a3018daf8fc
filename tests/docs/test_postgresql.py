"""The page on PostgreSQL: its example is run on a database, and its queries find what it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg

from penchant.io.stores.postgres_connections import FORSAKEN, LOCKED, PAUSES
from penchant.io.stores.postgres_layout import TABLES

PAGE = Path(__file__).parents[2] / "docs" / "postgresql.md"
_EXAMPLE = re.compile(r"```python\n(.*?)```", re.DOTALL)
_QUERY = re.compile(r"```sql\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL)


def examples(page: Path) -> Iterator[re.Match[str]]:
    """What is run here of a page."""
    if page == PAGE:
        yield from _EXAMPLE.finditer(page.read_text())
        yield from _QUERY.finditer(page.read_text())


def test_the_queries_find_what_the_example_tracked(database: str) -> None:
    page = PAGE.read_text()
    for example in _EXAMPLE.findall(page):
        exec(example.replace("postgresql://penchant@localhost/taste", database), {})

    with psycopg.connect(database) as connection:
        found = [
            "".join(" | ".join(map(str, row)) + "\n" for row in connection.execute(query))
            for query, _ in _QUERY.findall(page)
        ]

    assert found == [shown for _, shown in _QUERY.findall(page)]


def test_the_page_names_every_table_and_every_time() -> None:
    page = PAGE.read_text()

    assert [table for table in TABLES if f"`{table}`" not in page] == []
    assert f"loses its session after {FORSAKEN} s" in page
    assert f"waits {LOCKED} s for another's commit" in page
    assert (len(PAUSES), sum(PAUSES) < 2) == (3, True)
