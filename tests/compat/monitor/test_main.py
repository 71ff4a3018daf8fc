"""The command line of the monitor: the documented verbs, what they print and how they end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from penchant.compat.monitor import InteractionMonitor
from penchant.compat.monitor.__main__ import main
from penchant.core.instant import DAY
from tests.compat.monitor.scene import play
from tests.conftest import NOON, ManualClock


def run(*words: str) -> Result:
    result = CliRunner().invoke(main, words)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def filled(tmp_path: Path) -> str:
    clock = ManualClock(NOON - 400 * DAY)
    with InteractionMonitor(tmp_path / "filled", clock=clock) as monitor:
        play(monitor, clock)
    return str(tmp_path / "filled")


def test_the_module_runs_as_a_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "penchant.compat.monitor", "test"], capture_output=True, text=True
    )

    assert (done.returncode, done.stdout) == (0, "recorded 2 interactions and read them back\n")


def test_stats_are_those_of_the_monitor_and_nothing_leaves_the_log_for_them(filled: str) -> None:
    for _ in range(2):
        told = json.loads(run("--store", filled, "stats").stdout)
        assert (told["total_interactions"], told["successful_interactions"]) == (4, 1)
    with InteractionMonitor(filled, retention_days=0) as monitor:
        assert monitor.store.parts.store.count() == 4


def test_an_analysis_is_of_the_hours_told(filled: str) -> None:
    assert json.loads(run("--store", filled, "analyze").stdout)["total_interactions"] == 0
    assert json.loads(run("--store", filled, "analyze", "24").stdout)["hours"] == 24.0
    long = json.loads(run("--store", filled, "analyze", "100000").stdout)
    assert long["command_frequency"] == {"status": 2, "deploy": 1}


def test_an_export_says_what_it_wrote(filled: str, tmp_path: Path) -> None:
    told = json.loads(run("--store", filled, "export", str(tmp_path / "files")).stdout)

    assert (told["profiles"], sum(told["interactions"].values())) == (2, 4)
    assert (tmp_path / "files" / "patterns.json").is_file()


def test_reading_where_nothing_is_stored_makes_no_folder(tmp_path: Path) -> None:
    result = run("--store", str(tmp_path / "none"), "stats")

    assert result.exit_code == 1
    assert "no monitor has stored anything in" in result.output
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("hours", ["0", "-1", "much"])
def test_hours_that_are_none_are_refused(filled: str, hours: str) -> None:
    assert run("--store", filled, "analyze", "--", hours).exit_code == 2
