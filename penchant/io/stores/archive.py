"""The archive: months that have left the log, as Parquet files sorted by user (extra ``archive``).

A folder with ``manifest.json`` and, for each time that something left, a folder of months:
``000000000001-000000045000/2026-01.parquet``. The columns are for whoever reads the files; ``body``
is the whole event as the log had it. What is not in the manifest does not count.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import msgspec

from penchant.core import event as events
from penchant.core import instant
from penchant.core.errors import StoreIncompatible, StoreUnavailable
from penchant.core.event import Event, Logged
from penchant.io.stores.archive_reader import Reader, connected, duckdb_errors, literal

MANIFEST = "manifest.json"
OWNER = "owner"
LOCK = ".lock"
PATIENCE = 600.0  # seconds one process waits for another that archives
LOOK = 0.5  # seconds of it in which it cannot be told to wait no longer
_IN_MEMORY = 10_000  # events that wait to be written
_MADE_HERE = re.compile(r"\.part-.*|\d{12,}-\d{12,}")  # folders of runs, finished or not
ROW_GROUP = 20_480  # rows that a reader skips together where their users are others

_COLUMNS = {
    "log_position": "BIGINT",
    "id": "VARCHAR",
    "user": "VARCHAR",
    "kind": "VARCHAR",
    "at": "BIGINT",
    "item": "VARCHAR",
    "session": "VARCHAR",
    "value": "DOUBLE",
    "success": "BOOLEAN",
    "body": "VARCHAR",
}


class Run(msgspec.Struct, frozen=True):
    """Events after position ``after`` up to ``upto``, archived together: how many of each month."""

    after: int
    upto: int
    months: dict[str, int]

    @property
    def folder(self) -> str:
        return f"{self.after + 1:012d}-{self.upto:012d}"


class Archive:
    """A folder of archived months; several processes may use it.

    Raises ``MissingExtra`` without DuckDB, ``StoreUnavailable`` where the folder cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._connection = connected()
        self._reader: tuple[int, int, Reader] | None = None

    def between(self, gone: int, left: int) -> Reader:
        """What reads the events after position ``gone`` up to ``left``.

        Raises ``StoreIncompatible`` where some of them are missing.
        """
        known = self._reader  # once: another thread may ask for other positions meanwhile
        if known is None or known[:2] != (gone, left):
            runs = self.check(gone, left)
            files = [str(path) for run in runs for path in self._files(run)]
            self._reader = known = gone, left, Reader(files, gone)
        return known[2]

    def check(self, gone: int, left: int) -> list[Run]:
        """The runs that hold the events between. Raises ``StoreIncompatible`` where some are missing."""
        runs = [run for run in self._manifest() if gone < run.upto <= left]
        self._check_whole(runs, gone, left)
        return runs

    def is_empty(self) -> bool:
        return not self._manifest()

    def owner(self) -> str | None:
        """The mark of the store that it belongs to; ``None`` where no store has taken it."""
        path = self.folder / OWNER
        try:
            return path.read_text("ascii", "replace")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreUnavailable(f"the archive {path} cannot be read: {error}") from error

    def claim(self, owner: str) -> None:
        """Let it belong to the store of that mark. Only for whoever is :meth:`alone`."""
        self._put(OWNER, owner.encode())

    @contextmanager
    def alone(self, waiting: Callable[[], object] = lambda: None) -> Iterator[None]:
        """Keep other processes from changing the archive meanwhile; a lock dies with its process.

        ``waiting`` is called again and again while another has it; what it raises ends the wait.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.folder / LOCK, timeout=LOOK)) as lock:
                _begin(lock, waiting)
                yield
        except (OSError, sqlite3.Error) as error:
            raise StoreUnavailable(
                f"the archive {self.folder} cannot be written: {error}; give it room and rights, "
                "or wait for the process that is at it"
            ) from error

    def add(self, after: int, logged: Iterable[Logged]) -> int:
        """Archive events that follow a position, ascending; the position of the last.

        Durable when it returns; they do not count until the log says that they left it. Only for
        whoever is :meth:`alone`.
        """
        with TemporaryDirectory(dir=self.folder, prefix=".part-") as place:
            months, upto = _spread(Path(place), logged)
            run = Run(after, upto, months)
            folder = self.folder / run.folder
            shutil.rmtree(folder, ignore_errors=True)  # of one that was broken off
            folder.mkdir()
            for path in self._files(run):
                self._write(Path(place) / path.stem, path)
            _sync(folder)
            self._declare([*(one for one in self._manifest() if one.upto <= after), run])
        self._clear_away()
        return upto

    def drop(self, gone: int) -> None:
        """Delete what holds nothing but events up to a position."""
        if any(run.upto <= gone for run in self._manifest()):
            with self.alone():
                manifest = self._manifest()
                self._declare([run for run in manifest if run.upto > gone])
                for run in manifest:
                    if run.upto <= gone:
                        shutil.rmtree(self.folder / run.folder)

    def _clear_away(self) -> None:
        """Delete what was broken off and does not count: it holds what people did."""
        counting = {run.folder for run in self._manifest()}
        for path in self.folder.iterdir():
            if _MADE_HERE.fullmatch(path.name) and path.name not in counting:
                shutil.rmtree(path)

    def _check_whole(self, runs: list[Run], gone: int, left: int) -> None:
        upto = gone
        for run in runs:
            if run.after <= upto and all(path.is_file() for path in self._files(run)):
                upto = run.upto
        if upto != left:
            raise StoreIncompatible(
                f"the archive {self.folder} does not hold the events after position {upto} up to "
                f"{left}; put its files back, or name the right folder in the setting 'archive'"
            )

    def _files(self, run: Run) -> list[Path]:
        return [self.folder / run.folder / f"{month}.parquet" for month in run.months]

    def _write(self, lines: Path, path: Path) -> None:
        columns = ", ".join(f"'{name}': '{kind}'" for name, kind in _COLUMNS.items())
        partial = path.with_suffix(".part")
        with duckdb_errors():
            self._connection.cursor().execute(
                'COPY (SELECT * REPLACE (make_timestamp("at") AS "at", from_base64(body) AS body) '
                f"FROM read_json({literal(str(lines))}, format = 'newline_delimited', "
                f'columns = {{{columns}}}) ORDER BY "user", log_position) '
                f"TO {literal(str(partial))} "
                f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
            )
        _sync(partial)
        partial.rename(path)

    def _manifest(self) -> list[Run]:
        path = self.folder / MANIFEST
        try:
            return msgspec.json.decode(path.read_bytes(), type=list[Run])
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreUnavailable(f"the archive {path} cannot be read: {error}") from error
        except msgspec.DecodeError as error:
            raise StoreIncompatible(f"the archive {path} is damaged: {error}") from error

    def _declare(self, runs: list[Run]) -> None:
        self._put(MANIFEST, msgspec.json.format(msgspec.json.encode(runs)))

    def _put(self, name: str, content: bytes) -> None:
        """Replace a file at once: whoever reads finds the one before or this one."""
        path = self.folder / name
        partial = path.with_suffix(".part")
        partial.write_bytes(content)
        _sync(partial)
        partial.rename(path)
        _sync(self.folder)


def _begin(lock: sqlite3.Connection, waiting: Callable[[], object]) -> None:
    give_up = monotonic() + PATIENCE
    while True:
        try:
            lock.execute("BEGIN EXCLUSIVE")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > give_up:
                raise
        waiting()


def _spread(place: Path, logged: Iterable[Logged]) -> tuple[dict[str, int], int]:
    """Events as JSON lines, a file a month; how many of each month, and the last position."""
    encode = msgspec.json.Encoder().encode
    waiting: dict[str, list[bytes]] = {}
    months: dict[str, int] = {}
    upto = 0
    for number, (position, event) in enumerate(logged, start=1):
        month = instant.text(event.at)[:7]
        waiting.setdefault(month, []).append(encode(_row(position, event)) + b"\n")
        months[month] = months.get(month, 0) + 1
        upto = position
        if number % _IN_MEMORY == 0:
            _put_down(place, waiting)
    _put_down(place, waiting)
    return dict(sorted(months.items())), upto


def _put_down(place: Path, waiting: dict[str, list[bytes]]) -> None:
    for month, lines in waiting.items():
        with (place / month).open("ab") as file:  # one at a time: there may be very many months
            file.writelines(lines)
    waiting.clear()


def _row(position: int, event: Event) -> dict[str, Any]:
    row = {name: getattr(event, name, None) for name in _COLUMNS}
    return {**row, "log_position": position, "body": events.encode(event)}


def _sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
