"""Files: what a monitor knows, written as the documented files have it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from penchant.compat.monitor.monitor import InteractionMonitor
from penchant.compat.monitor.profiles import profile_of
from penchant.compat.monitor.records import Interaction
from penchant.core import instant
from penchant.core.errors import StoreUnavailable
from penchant.io.system import path_of
from penchant.serve.engine import Penchant

PROFILES = "user_profiles.json"
PATTERNS = "patterns.json"
PAGE = 5_000  # events read at once
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Written:
    """What was written: interactions by the name of their file, profiles, patterns."""

    interactions: dict[str, int] = field(default_factory=dict)
    profiles: int = 0
    patterns: int = 0

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def write_files(monitor: InteractionMonitor, folder: str | os.PathLike[str]) -> Written:
    """Write all interactions, a file for each day (UTC), the profiles and the patterns into a folder.

    ``interactions_YYYY-MM-DD.jsonl`` has one interaction a line, in the order in which they arrived;
    ``user_profiles.json`` and ``patterns.json`` are objects by user hash and pattern id. Files of that
    name are replaced, each whole; those of days that are not in the log any more stay. What was only
    shown or told to people is no interaction. Raises ``StoreUnavailable`` where it cannot write.
    """
    place = path_of("folder", folder)
    p = monitor.latest()
    written = Written()
    try:
        place.mkdir(parents=True, exist_ok=True)
        with ExitStack() as whole:
            written.interactions = _write_days(p, place, whole)
        profiles = dict(_profiles(p))
        _replace(place / PROFILES, profiles)
        patterns = {one.pattern_id: one.to_dict() for one in monitor.get_patterns()}
        _replace(place / PATTERNS, patterns)
    except OSError as error:
        raise StoreUnavailable(
            f"{place} cannot be written: {error.strerror}; name another folder"
        ) from error
    written.profiles, written.patterns = len(profiles), len(patterns)
    return written


def _write_days(p: Penchant, place: Path, whole: ExitStack) -> dict[str, int]:
    """The lines of each day go into a part, which takes its name once all are written."""
    counts: Counter[str] = Counter()
    parts: dict[str, BinaryIO] = {}
    for name, line in _lines(p):
        if name not in parts:
            part = place / f".{name}.part"
            whole.callback(_discard, part)
            parts[name] = whole.enter_context(part.open("wb"))
        parts[name].write(line)
        counts[name] += 1
    for name, file in parts.items():
        file.close()
        os.replace(place / f".{name}.part", place / name)
    return dict(sorted(counts.items()))


def _lines(p: Penchant) -> Iterator[tuple[str, bytes]]:
    after = 0
    while page := p.parts.store.since(after, PAGE):
        after = page[-1][0]
        for _, event in page:
            if p.parts.kinds.of(event.kind).teaches:
                day = instant.moment(event.at).date().isoformat()
                line = _encode(Interaction.of(event).to_dict()) + b"\n"
                yield f"interactions_{day}.jsonl", line


def _profiles(p: Penchant) -> Iterator[tuple[str, dict[str, Any]]]:
    after = ""
    while page := p.parts.store.users(after):
        after = page[-1]
        for user in page:
            profile = profile_of(p, user)
            if profile is not None:
                yield user, profile.to_dict()


def _replace(path: Path, told: Mapping[str, Any]) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(msgspec.json.format(_encode(told), indent=2))
        os.replace(part, path)
    finally:
        _discard(part)


def _discard(part: Path) -> None:
    with suppress(OSError):
        part.unlink()
