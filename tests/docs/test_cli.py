"""The page of the command line: every command prints what it shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.whole.test_real_logs import agrees, run, steps

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"


def test_every_command_prints_what_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PENCHANT_STORE", raising=False)

    for step in steps(PAGE.read_text()):
        printed = run(step.command, None)

        assert agrees(step.output, printed), f"$ {step.command}\n{printed}"
