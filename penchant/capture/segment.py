"""Segments: files of records that stay when the process is killed, and are found by the next one.

A file has a head (what it is, how far it was answered for) and frames: a mark, the record's size and
checksum, the record. The mark is written last: a frame without it was never complete.
"""

from __future__ import annotations

import mmap
import os
import struct
from collections.abc import Iterator
from pathlib import Path
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
MARK = 1
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
    def make(cls, path: Path, size: int) -> Segment:
        """A new file of zeros, all of its space taken: a full disk is met here, not while writing.

        Raises ``OSError``.
        """
        for _ in range(TRIES):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                if _lock(descriptor) and os.fstat(descriptor).st_nlink:
                    _allocate(descriptor, size)
                    segment = cls(path, descriptor, size)
                    segment.map[: len(MAGIC)] = MAGIC
                    return segment
            except OSError:
                path.unlink()
                os.close(descriptor)
                raise
            os.close(descriptor)  # another process took it for what a dead one had begun
            path.unlink(missing_ok=True)
        raise OSError(f"another process removed {path} {TRIES} times")

    @classmethod
    def adopt(cls, path: Path) -> Segment | None:
        """The file of a process that is dead; ``None`` where it lives, or left nothing to send.

        Raises ``OSError`` where it may not be read.
        """
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        if not _lock(descriptor):
            os.close(descriptor)
            return None
        status = os.fstat(descriptor)
        if not status.st_nlink or not status.st_size:  # sent by another, or hardly begun
            if status.st_nlink:
                path.unlink(missing_ok=True)
            os.close(descriptor)
            return None
        try:
            segment = cls(path, descriptor, status.st_size)
        except OSError:
            os.close(descriptor)
            raise
        if segment._is_ours() and not segment._read():
            segment.remove()
            return None
        if not segment.left:
            segment.let_go()
            return None
        return segment

    def settle(self, upto: int) -> None:
        """Everything before that place was answered for: whoever adopts the file begins there."""
        self.map[24:HEAD] = _SETTLED.pack(upto)

    def frames(self, start: int) -> Iterator[tuple[bytes, int]]:
        """The records from a place on, each with the place after it, up to the first incomplete one."""
        while start + FRAME <= self.size and self.map[start] == MARK:
            length, checksum = _SIZES.unpack_from(self.map, start + 1)
            end = start + FRAME + length
            record = self.map[start + FRAME : end]
            if end > self.size or crc32(record) != checksum:
                LOG.error(
                    "the spool %s is damaged at byte %d; what follows is lost", self.path, start
                )
                return
            yield record, end
            start = end

    def skip(self, count: int, end: int) -> None:
        """Give up so many of those left, up to that place."""
        self.left -= count
        self.taken = end
        if not self.under_way:
            self.settle(end)

    def remove(self) -> None:
        """Everything in it was answered for: the file goes. Raises ``OSError`` where it has to stay."""
        try:
            self.path.unlink(missing_ok=True)
        finally:
            self.let_go()

    def let_go(self) -> None:
        """Leave the file to whoever comes."""
        self.map.close()
        os.close(self._descriptor)

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
