"""A real PostgreSQL server in a folder of its own: found, made, started, stopped by its process id."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from time import monotonic, sleep
from typing import IO

USER = "penchant"
PASSWORD = "s3cret-of-the-tests"
ROOM = 2 << 30  # bytes of memory below which data go to the disk
READY = 30.0  # seconds a server may take to start
QUICK = {"fsync": "off", "full_page_writes": "off"}  # for tests that are not about crashes

_PLACES = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt", "/usr/local/opt")


@cache
def programs() -> Path | None:
    """The folder that holds ``postgres`` and ``initdb``; ``None`` where there is none."""
    found = shutil.which("postgres")
    folders = [Path(found).resolve().parent] if found else []
    for place in _PLACES:
        folders += sorted(Path(place).glob("**/bin"), reverse=True)
    complete = (one for one in folders if (one / "postgres").exists() and (one / "initdb").exists())
    return next(complete, None)


class Postgres:
    """One server with its data in a temporary folder; ``options`` go to ``postgres -c``.

    In memory, where there is room, a database is made in 10 ms, on a disk in up to 300. As root it
    runs as another user: PostgreSQL refuses to be root.
    """

    def __init__(self, options: Mapping[str, str] = QUICK, *, on_disk: bool = False) -> None:
        found = programs()
        assert found is not None, "no PostgreSQL here; ask programs() first"
        self._programs = found
        self._options = options
        self._as = _other_user() if os.geteuid() == 0 else None
        self.folder = Path(
            tempfile.mkdtemp("", "penchant-postgres-", None if on_disk else _memory())
        )
        self.data = self.folder / "data"
        self._log = self.folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self._make()

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it and wait until it answers, on the port it had, or a free one at first."""
        for _ in range(5):
            self.port = self.port or _free_port()
            options = {
                "listen_addresses": "127.0.0.1",
                "unix_socket_directories": str(self.folder),
                "max_connections": "300",
                **self._options,
            }
            told = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
            with self._log.open("ab") as log:
                self._process = self._popen(
                    ["postgres", "-D", str(self.data), "-p", str(self.port), *told], log
                )
            if self._is_ready():
                return
            self._process.wait()
            self.port = 0  # somebody else took it meanwhile
        raise RuntimeError(f"PostgreSQL does not start: {self._log.read_text()[-2_000:]}")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT ends every session at once, SIGQUIT is a crash."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            self._process = None

    def kill(self) -> None:
        """Kill every process of it at once, as when the machine stops."""
        assert self._process is not None
        pid = self._process.pid
        pgrep = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True)
        children = [int(line) for line in pgrep.stdout.split()]
        for one in (pid, *children):
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self._process.wait()
        self._process = None
        while any(map(_runs, children)):  # it will not start beside one of them
            sleep(0.001)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _make(self) -> None:
        secret = self.folder / "secret"
        secret.write_text(PASSWORD)
        if self._as is not None:
            for path in (self.folder, secret):
                os.chown(path, self._as.pw_uid, self._as.pw_gid)
        with self._log.open("ab") as log:
            made = self._popen(
                [
                    *("initdb", "--no-sync", "-D", str(self.data), "-U", USER, "-E", "UTF8"),
                    *("--locale=C", "-A", "scram-sha-256", f"--pwfile={secret}"),
                ],
                log,
            )
        if made.wait():
            raise RuntimeError(f"initdb failed: {self._log.read_text()[-2_000:]}")

    def _popen(self, command: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
        # A group of its own: what interrupts the tests at a terminal does not stop the server first.
        return subprocess.Popen(
            [str(self._programs / command[0]), *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            start_new_session=True,
            user=self._as.pw_uid if self._as else None,
            group=self._as.pw_gid if self._as else None,
            extra_groups=[] if self._as else None,
        )

    def _is_ready(self) -> bool:
        """Wait for it; whether it runs."""
        assert self._process is not None
        give_up = monotonic() + READY
        status = self.data / "postmaster.pid"
        while self._process.poll() is None and monotonic() < give_up:
            lines = status.read_text().splitlines() if status.exists() else []
            if len(lines) > 7 and lines[0] == str(self._process.pid) and "ready" in lines[7]:
                return True
            sleep(0.01)
        self.stop()
        return False


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _memory() -> str | None:
    """A folder in memory, where the system has one with room."""
    folder = "/dev/shm"
    if not os.access(folder, os.W_OK) or shutil.disk_usage(folder).free < ROOM:
        return None
    return folder


def _other_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("PostgreSQL refuses to run as root and there is no other user")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
