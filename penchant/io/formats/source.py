"""Sources: a file or standard input as a stream of bytes, gzip undone where there is any."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from penchant.core.errors import InvalidArgument
from penchant.io.formats.row import LONGEST, Row
from penchant.io.system import path_of

STDIN = "-"
_GZIP = b"\x1f\x8b"
_HEAD = 1 << 16
# What a stream of bytes may raise while it is read: damaged gzip, a disk that fails.
_BROKEN = (EOFError, OSError, zlib.error)


class Source:
    """An opened source. ``stream`` holds its bytes, ``head`` the first of them, still unread."""

    def __init__(self, name: str, file: BinaryIO, size: int | None) -> None:
        self.name = name
        self._file = file
        self._size = size
        stream = io.BufferedReader(cast("io.RawIOBase", file), _HEAD)
        if stream.peek(2)[:2] == _GZIP:
            inside = gzip.GzipFile(fileobj=cast("BinaryIO", stream))
            stream = io.BufferedReader(cast("io.RawIOBase", inside), _HEAD)
        self.stream = stream
        try:
            self.head = stream.peek(_HEAD)[:_HEAD]
        except _BROKEN as error:
            raise InvalidArgument("source", f"{name} is no readable gzip file: {error}") from None

    def share(self) -> float | None:
        """How much of the file was read, from 0 to 1; ``None`` where its size is unknown."""
        return min(self._file.tell() / self._size, 1.0) if self._size else None

    @contextmanager
    def as_file(self) -> Iterator[str]:
        """The uncompressed bytes as a file of their own, for readers that must jump about in it."""
        with tempfile.NamedTemporaryFile(prefix="penchant-", suffix=".parquet") as copy:
            shutil.copyfileobj(self.stream, copy)
            copy.flush()
            yield copy.name

    def lines(self) -> Iterator[tuple[int, bytes | Row]]:
        """Numbered lines without their ends; a row that says why in place of an unreadable one."""
        number = 0
        readline = self.stream.readline
        while True:
            try:
                line = readline(LONGEST + 1)
                number += 1
                if len(line) > LONGEST:
                    yield number, self._too_long(number, line)
                    continue
            except _BROKEN as error:
                reason = f"the file breaks off here, the rest cannot be read: {error}"
                yield number + 1, Row(number + 1, None, reason)
                return
            if not line:
                return
            yield number, line.rstrip(b"\r\n")

    def _too_long(self, number: int, line: bytes) -> Row:
        length = len(line)
        start = line[:1_000].decode(errors="replace")
        while line and not line.endswith(b"\n"):
            line = self.stream.readline(LONGEST)
            length += len(line)
        return Row(number, None, f"has {length} bytes; a row may have {LONGEST}", start)


@contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[Source]:
    """The source at a path, or standard input for ``-``. Raises ``InvalidArgument``."""
    if str(path) == STDIN:
        yield Source("standard input", sys.stdin.buffer, None)
        return
    with _file(path) as file:
        yield Source(str(path), cast("BinaryIO", file), os.fstat(file.fileno()).st_size)


def _file(path: str | os.PathLike[str]) -> io.FileIO:
    try:
        return open(path_of("source", path), "rb", buffering=0)
    except FileNotFoundError:
        raise InvalidArgument("source", f"there is no file {str(path)!r}") from None
    except OSError as error:
        raise InvalidArgument(
            "source", f"{str(path)!r} cannot be read: {error.strerror}; name a readable file"
        ) from None
