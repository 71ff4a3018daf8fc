"""The command line before a person: on a terminal of its own."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.docs.shell import PATIENCE, environment

ROWS = 20_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = "".join(f"u{n % 50},view,i{n % 70},{1_700_000_000 + n}\n" for n in range(ROWS))
    (tmp_path / "log.csv").write_text(f"user,kind,item,at\n{rows}")
    return tmp_path


def on_a_terminal(words: str, folder: Path) -> str:
    """What a command shows on a terminal beside its output."""
    ours, theirs = pty.openpty()
    subprocess.run(
        words.split(),
        cwd=folder,
        env=environment(TERM="xterm"),
        stdout=subprocess.PIPE,
        stderr=theirs,
        timeout=PATIENCE,
        check=True,
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65_536):
            shown += part
    except OSError:  # nobody writes to it any more
        pass
    os.close(ours)
    return shown.decode()


def test_long_work_shows_how_far_it_is_on_a_terminal(folder: Path) -> None:
    for words in ("import log.csv", "rebuild --processes 1", "check", "export all.jsonl"):
        assert "━" in on_a_terminal(f"penchant {words}", folder), words


def test_long_work_is_silent_in_a_pipe(folder: Path) -> None:
    done = subprocess.run(
        ["penchant", "import", "log.csv"],
        cwd=folder,
        env=environment(),
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )

    assert done.stderr == b""
    assert b"\x1b" not in done.stdout
