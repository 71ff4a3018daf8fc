"""See that the servers of the tests are there: PostgreSQL, from the system's packages if need be.

    python -m tests.servers.install

Installs only where nobody has to type a password for it; otherwise it says what is missing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests.servers.postgres import programs
from tests.servers.shared import ABSENT

_COMMANDS = (
    ("apt-get", "update", "--quiet=2"),
    ("apt-get", "install", "--quiet=2", "--yes", "--no-install-recommends", "postgresql"),
)


def main() -> None:
    if programs() is None and (rights := _rights()) is not None:
        for command in _COMMANDS:
            environment = ("env", "DEBIAN_FRONTEND=noninteractive")
            subprocess.run([*rights, *environment, *command], check=False)
        programs.cache_clear()
    found = programs()
    sys.stdout.write(f"{ABSENT}; its tests are skipped\n" if found is None else f"{found}\n")


def _rights() -> tuple[str, ...] | None:
    """What to put before a command that installs; ``None`` where we may not, or have no packages."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return ()
    asked = ("sudo", "--non-interactive")
    may = (
        shutil.which("sudo")
        and not subprocess.run([*asked, "true"], capture_output=True).returncode
    )
    return asked if may else None


if __name__ == "__main__":
    main()
