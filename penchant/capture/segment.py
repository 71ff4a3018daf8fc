"""Segments: files of records that stay when the process is killed, and are found by the next one.

A file has a head (what it is, how far it was answered for) and frames: a mark, the record's size and
checksum, the record. The mark is written last: a frame without it was never complete.
"""

from __future__ import annotations

import mmap
import os
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

from penchant.capture.episodes import LOG

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

SUFFIX = ".segment"
HEAD = 32  # bytes: what the file is, and from 24 on how far it was answered for
MAGIC = b"penchant spool 1"
FRAME = 9  # bytes before a record
MARK, VOID = 1, 2  # a record; one that was given up
TRIES = 10  # to make a file while others look for what is left
_SETTLED = struct.Struct("<Q")
_SIZES = struct.Struct("<II")
sizes = _SIZES.pack

lockable = fcntl is not None


class Segment:
    """A file mapped into memory, locked as long as its process lives.

    ``end`` is where the next frame goes, ``taken`` where the next to be sent begins, ``left`` how many
    those are, ``under_way`` how many are taken and not settled.
    """

    __slots__ = ("_descriptor", "end", "left", "map", "path", "size", "taken", "under_way")

    def __init__(self, path: Path, descriptor: int, size: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self.map = mmap.mmap(descriptor, size)
        self.size = size
        self.end = self.taken = HEAD
        self.left = self.under_way = 0

    @classmethod
    def make(cls, path: Callable[[], Path], size: int) -> Segment:
        """A new file of zeros, all of its space taken: a full disk is met here, not while writing.

        ``path`` gives another name with every call. A name is never used twice: who is about to remove
        what it found under a name must not find another file there. Raises ``OSError``.
        """
        for _ in range(TRIES):
            name = path()
            descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                if _lock(descriptor) and os.fstat(descriptor).st_nlink:
                    _allocate(descriptor, size)
                    segment = cls(name, descriptor, size)
                    segment.map[: len(MAGIC)] = MAGIC
                    return segment
            except OSError:
                name.unlink(missing_ok=True)
                os.close(descriptor)
                raise
            # Another process took it for what a dead one had begun, and removes it.
            os.close(descriptor)
        raise OSError(f"other processes removed {TRIES} new files in {name.parent}")

    @classmethod
    def adopt(cls, path: Path) -> Segment | None:
        """The file of a process that is dead; ``None`` where it lives, or left nothing to send.

        Raises ``OSError`` where it cannot be opened: it is another user's, or no file.
        """
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            segment = cls._locked(path, descriptor)
        except OSError:
            os.close(descriptor)
            raise
        if segment is None:
            os.close(descriptor)
            return None
        if segment._is_ours() and not segment._read():
            segment.remove()
            return None
        if not segment.left:
            segment.let_go()
            return None
        return segment

    @classmethod
    def _locked(cls, path: Path, descriptor: int) -> Segment | None:
        """The open file as a segment; ``None`` where another has it, or it was hardly begun."""
        if not _lock(descriptor):
            return None
        status = os.fstat(descriptor)
        if status.st_nlink and not status.st_size:
            path.unlink(missing_ok=True)
        if not status.st_nlink or status.st_size < HEAD:  # sent by another, or no segment
            return None
        return cls(path, descriptor, status.st_size)

    def settle(self, upto: int) -> None:
        """Everything before that place was answered for: whoever adopts the file begins there."""
        self.map[24:HEAD] = _SETTLED.pack(upto)

    def frames(self, start: int) -> Iterator[tuple[bytes, int]]:
        """The records from a place on, each with the place after it, up to the first incomplete one."""
        while start + FRAME <= self.size and (mark := self.map[start]) in (MARK, VOID):
            length, checksum = _SIZES.unpack_from(self.map, start + 1)
            end = start + FRAME + length
            record = self.map[start + FRAME : end]
            if end > self.size or crc32(record) != checksum:
                LOG.error("%s is damaged at byte %d; what follows is lost", self.path, start)
                return
            if mark == MARK:
                yield record, end
            start = end

    def skip(self, count: int, end: int) -> None:
        """Give up so many of those left, up to that place. While others before them are under way, that is
        written into each: whoever adopts the file must not send what was counted as dropped."""
        if self.under_way:
            self._void(self.taken, end)
        else:
            self.settle(end)
        self.left -= count
        self.taken = end

    def _void(self, start: int, end: int) -> None:
        while start + FRAME <= end:  # of a damaged frame the size leads anywhere
            self.map[start] = VOID
            start += FRAME + int(_SIZES.unpack_from(self.map, start + 1)[0])

    def remove(self) -> None:
        """Everything in it was answered for: the file goes. Raises ``OSError`` where it has to stay."""
        try:
            self.path.unlink(missing_ok=True)
        finally:
            self.let_go()

    def let_go(self) -> None:
        """Leave the file to whoever comes; twice is as good as once."""
        self.map.close()
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:  # the second time its number may be another file's
            os.close(descriptor)

    def _is_ours(self) -> bool:
        """Whether it is a segment, or was never begun."""
        return self.size >= HEAD and self.map[: len(MAGIC)] in (MAGIC, bytes(len(MAGIC)))

    def _read(self) -> bool:
        """Find what was not answered for. Returns whether there is any."""
        self.taken = self.end = max(int(_SETTLED.unpack_from(self.map, 24)[0]), HEAD)
        for _, end in self.frames(self.taken):
            self.end = end
            self.left += 1
        return self.left > 0


def name_of(maker: str, number: int) -> str:
    """The name of a new file: names are in the order of their making."""
    milliseconds = time.time_ns() // 1_000_000
    return f"{milliseconds:012x}-{maker}-{number:06d}{SUFFIX}"


def write_frame(map: Any, start: int, record: bytes) -> int:
    """Write a record at that place of a map, its mark last. Returns the place after it."""
    end = start + FRAME + len(record)
    map[start + 1 : end] = sizes(len(record), crc32(record)) + record
    map[start] = MARK
    return end


def _lock(descriptor: int) -> bool:
    """Lock a file for as long as it is open. Returns whether nobody else had it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _allocate(descriptor: int, size: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
    else:  # macOS
        os.pwrite(descriptor, bytes(size), 0)
