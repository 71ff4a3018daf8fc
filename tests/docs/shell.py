"""Shell blocks of a page, run as written: in a folder, with ``penchant`` on the path."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 60.0  # seconds a command may take to start or to stop
_URL = re.compile(r"http://[\w.:\[\]]+")


def environment(**variables: str) -> dict[str, str]:
    """The environment of a newcomer: the command is on the path, no setting is made."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PENCHANT_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{own['PATH']}"
    return {**own, "PATH": path, **variables}


def run(block: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", block],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


@contextmanager
def served(block: str, folder: Path) -> Iterator[str]:
    """The address of the server that a block starts, on a free port; it is stopped afterwards."""
    shell = subprocess.Popen(
        ["sh", "-c", f"{block}\nwait"],
        cwd=folder,
        env=environment(PENCHANT_PORT="0"),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert shell.stdout is not None
    try:
        found = next(filter(None, map(_URL.search, shell.stdout)), None)
        assert found, f"{block!r} names no address"
        yield found[0]
    finally:
        os.killpg(shell.pid, signal.SIGTERM)
        shell.communicate(timeout=PATIENCE)
