"""The how-to pages: every command on them prints what the page shows, on the real logs."""

from __future__ import annotations

import contextlib
import io
import os
import re
import runpy
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path

import pytest
from click.testing import CliRunner

from penchant.serve.cli import main
from penchant.serve.engine import Penchant

_BLOCK = re.compile(
    r"^```(console|python)\n(.*?)^```$(?:\n\n```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE
)
_checker = OutputChecker()


@dataclass(frozen=True, slots=True)
class Step:
    """A command, or a piece of Python, with its output."""

    language: str
    command: str
    output: str


def steps(page: str) -> Iterator[Step]:
    """The commands of a page in their order."""
    for block in _BLOCK.finditer(page):
        language, body, text = block.groups()
        if language == "python":
            yield Step(language, body, text or "")
            continue
        for part in re.split(r"^\$ (?=penchant |cat |python )", body, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield Step(language, command, output)


def run(command: str, data: Path | None) -> str:
    """What ``penchant ...`` prints in the present folder, the data folder shown as ``$DATA``."""
    words = shlex.split(command)
    assert words[0] == "penchant", f"pages run penchant and cat, not {words[0]}"
    place = str(data)
    result = CliRunner().invoke(
        main, [word.replace("$DATA", place) for word in words[1:]], prog_name="penchant"
    )
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    shown = result.output.replace(place, "$DATA")
    return re.sub(r"(?m)^(  seconds +)[\d.]+$", r"\1...", shown)


def agrees(expected: str, printed: str) -> bool:
    """Whether a command printed what the page shows; ``...`` stands for anything."""
    options = ELLIPSIS | NORMALIZE_WHITESPACE
    return _checker.check_output(expected or "\n", printed or "\n", options)


ROOT = Path(__file__).parents[2]
OWN = ("your-own-csv", "command-line", "simulator")  # the pages that make their own data
PAGES = [
    *sorted((ROOT / "docs" / "howto").glob("*.md")),
    *(ROOT / "docs" / f"{name}.md" for name in OWN[1:]),
]
DATA = Path(os.environ.get("PENCHANT_DATA", ROOT.parent / "shared" / "data")).resolve()


def examples(page: Path) -> Iterator[re.Match[str]]:
    """What is run here of a page."""
    if page in PAGES:
        yield from _BLOCK.finditer(page.read_text())


def write(step: Step) -> None:
    """Make the file that a page shows by ``cat``; one that is there already must be as shown."""
    path = Path(step.command.removeprefix("cat "))
    if path.exists():
        assert path.read_text() == step.output
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(step.output)


def run_python(code: str) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "page", "exec"), {})
    return printed.getvalue()


def run_example(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a program of ``examples/`` in the present folder."""
    words = shlex.split(command)
    monkeypatch.setattr(sys, "argv", words[1:])
    runpy.run_path(str(ROOT / words[1]), run_name="__main__")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_prints_what_the_page_shows(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if page.stem not in OWN and not DATA.is_dir():
        pytest.skip(f"the real logs are absent: no folder {DATA}; PENCHANT_DATA names another")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PENCHANT_STORE", raising=False)

    for step in steps(page.read_text()):
        if step.language == "python":
            assert run_python(step.command) == step.output
        elif step.command.startswith("cat "):
            write(step)
        elif step.command.startswith("python "):
            run_example(step.command, monkeypatch)
        else:
            printed = run(step.command, DATA)
            assert agrees(step.output, printed), f"$ {step.command}\n{printed}"
    for picture in tmp_path.glob("*.svg"):
        assert picture.read_text() == (page.parent / picture.name).read_text()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("kypo_shell/commands.jsonl.gz",
         {"kind": "command", "map": "user=trainee,at=timestamp_str,text=cmd,item=word(cmd)"}),
        ("apache_logs/apache_logs.gz", {}),
    ],
)  # fmt: skip
def test_a_real_log_is_exported_and_comes_back_bit_for_bit(
    tmp_path: Path, name: str, options: dict[str, str]
) -> None:
    if not DATA.is_dir():
        pytest.skip(f"the real logs are absent: no folder {DATA}; PENCHANT_DATA names another")

    def states(p: Penchant) -> dict[str, bytes]:
        parts = p.parts
        told = {
            user: parts.fold.encode(parts.states.replayed(user))
            for user in parts.store.users(limit=10_000)
        }
        return {**told, "*": parts.crowd.encode(parts.population.replayed())}

    with (
        Penchant(tmp_path / "one", follow=False) as one,
        Penchant(tmp_path / "other", follow=False) as other,
    ):
        one.import_(DATA / name, refused=tmp_path / "refused.jsonl", **options)  # type: ignore[arg-type]  # by name
        one.export(tmp_path / "all.parquet")
        other.import_(tmp_path / "all.parquet")

        assert states(other) == states(one)
        assert other.parts.store.count() == one.parts.store.count() > 9_000
