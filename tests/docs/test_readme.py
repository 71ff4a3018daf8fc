"""What a stranger reads first: its commands and requests do what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import penchant
from tests.docs.exchange import assert_answers, exchanges, request
from tests.docs.shell import run, served

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "README.md"
_PYTHON = re.compile(r"```python\n(.*?)```", re.S)
_SHELL = re.compile(r"```sh\n(.*?)```", re.S)
CLICKS = """\
when;customer;action;sku;colour
2026-01-31 09:30;ann;click;tea;green
2026-01-31 09:31;bob;purchase;cup;red
soon;bob;click;tea;green
"""


def examples(page: Path) -> Iterator[re.Match[str]]:
    """What is run here of a page."""
    if page == PAGE:
        yield from exchanges(page)
        yield from _SHELL.finditer(page.read_text())


MAKE, SERVE, IMPORT = _SHELL.findall(PAGE.read_text())


def test_the_two_commands_make_the_demo_and_run_what_must_hold() -> None:
    done = run(MAKE.replace("make ", "make --dry-run --always-make "), ROOT)

    assert "bin/penchant demo" in done.stdout
    assert "bin/pytest" in done.stdout
    assert "CI=true make test" in (ROOT / ".ci" / "run").read_text()


@pytest.mark.parametrize("before", ["", "its Python"])
def test_the_requests_are_answered_as_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if before:
        exec(compile(_PYTHON.findall(PAGE.read_text())[0], PAGE.name, "exec"), {})
    with served(SERVE, tmp_path) as url:
        for example in exchanges(PAGE):
            asked = request(example["asked"])

            answer = httpx.request(**{**asked, "url": url + asked["url"]}, timeout=60)

            assert_answers(answer, example)
    with penchant.open(tmp_path / "taste", follow=False) as p:
        assert p.user("bob").profile().activity["events"] == 1


def test_a_dry_run_shows_what_would_be_stored_and_what_refused(tmp_path: Path) -> None:
    (tmp_path / "clicks.csv").write_text(CLICKS)

    done = run(IMPORT, tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert (
        '"user":"ann","kind":"click","at":"2026-01-31T09:30:00+01:00","item":"tea"' in done.stdout
    )
    assert "'soon'" in done.stdout
    assert [entry.name for entry in tmp_path.iterdir()] == ["clicks.csv"]


def test_the_import_stores_keeps_the_refused_rows_and_adds_nothing_again(tmp_path: Path) -> None:
    (tmp_path / "clicks.csv").write_text(CLICKS)
    command = IMPORT.replace("--dry-run", "").strip()

    once, again = (run(command, tmp_path).stdout for _ in range(2))

    assert re.search(r"accepted +2\n +duplicates +0\n +refused +1\n", once)
    assert re.search(r"accepted +0\n +duplicates +2\n +refused +1\n", again)
    assert '"raw":{"when":"soon"' in (tmp_path / "clicks.csv.refused.jsonl").read_text()
