"""Makes the golden files of the monitor anew: python -m tests.compat.monitor.golden."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from penchant.compat.monitor import InteractionMonitor, write_files
from tests.compat.monitor.conftest import MORNING, put_key
from tests.compat.monitor.scene import play, repeat
from tests.conftest import ManualClock

GOLDEN = Path(__file__).parents[2] / "golden" / "monitor"


def scene() -> dict[str, str]:
    """What each file is to hold."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        put_key(folder / "one")
        clock = ManualClock(MORNING)
        with InteractionMonitor(folder / "one", clock=clock) as monitor:
            play(monitor, clock)
            write_files(monitor, folder / "files")
            answers: dict[str, Any] = {
                "statistics.json": monitor.get_statistics(),
                "analysis.json": monitor.analyze_recent_interactions(hours=24),
            }
        put_key(folder / "two")
        with InteractionMonitor(folder / "two", clock=clock) as monitor:
            repeat(monitor, clock, 25)
            write_files(monitor, folder / "more")
        return {
            "interactions.jsonl": (folder / "files/interactions_2025-12-15.jsonl").read_text(),
            "user_profiles.json": (folder / "files/user_profiles.json").read_text() + "\n",
            "patterns.json": (folder / "more/patterns.json").read_text() + "\n",
            **{name: json.dumps(told, indent=2) + "\n" for name, told in answers.items()},
        }


if __name__ == "__main__":
    for name, text in scene().items():
        (GOLDEN / name).write_text(text)
