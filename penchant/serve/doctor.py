"""The doctor: why somebody gets nothing, what is misconfigured, what cannot be written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any

from penchant.core.errors import PenchantError
from penchant.core.names import check_name
from penchant.core.ports import Store
from penchant.core.suggestion import closest
from penchant.core.wording import counted
from penchant.io.stores import MEMORY
from penchant.io.stores.postgres_address import is_postgres
from penchant.io.stores.sqlite import FILE
from penchant.profile.feature import LEARNED
from penchant.serve.configuration import read_kinds, read_settings
from penchant.serve.engine import Penchant
from penchant.serve.parts import Parts
from penchant.serve.population import AT_ONCE, EVERYONE, KEY
from penchant.serve.states import USER

SHOWN = 5  # undeclared kinds that get a finding of their own
LATEST = 20_000  # events looked at for items that the catalogue lacks
NAMES = 100_000  # users compared with a name that nobody has
ROOM = 256 << 20  # bytes of disk below which the doctor warns


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or surprising, and the way out. ``about`` says in one word what."""

    about: str
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        return {"about": self.about, "sentence": self.sentence}


def before_opening(place: str) -> list[Finding]:
    """What can be said of a store without opening it: settings, kinds, a folder's rights and room."""
    if place == MEMORY:
        return []
    if is_postgres(place):
        return [*_configuration(place)]
    return [*_configuration(place), *_folder(Path(place).expanduser())]


def examine(p: Penchant, user: str | None = None) -> list[Finding]:
    """Everything worth saying of an opened store, or of it and one user."""
    parts = p.parts
    if parts.store.end() == 0:
        hint = "import a log with 'penchant import FILE', or track an event"
        return [Finding("log", f"the log is empty: nobody can get anything yet; {hint}")]
    found = [*_behind(parts), *_kinds(p), *_catalogue(parts), *_snapshots(parts)]
    if user is not None:
        found.extend(_user(p, check_name("user", user)))
    return found


def _configuration(place: str) -> Iterator[Finding]:
    preset = "general"
    try:
        preset = read_settings(place, {}).preset
    except PenchantError as error:
        yield Finding("settings", f"the settings cannot be used: {error}")
    try:
        read_kinds(place, preset)
    except PenchantError as error:
        yield Finding("kinds", f"the kinds cannot be used: {error}")


def _folder(folder: Path) -> Iterator[Finding]:
    for path in (folder, folder / FILE):
        if path.exists() and not os.access(path, os.W_OK):
            yield Finding(
                "folder", f"{path} cannot be written: nothing can be stored; make it writable"
            )
    free = shutil.disk_usage(folder).free if folder.exists() else ROOM
    if free < ROOM:
        yield Finding(
            "disk",
            f"the disk of {folder} has {free >> 20} MB left; make room before writes are refused",
        )


def _behind(parts: Parts) -> Iterator[Finding]:
    behind = parts.population.behind()
    if behind > AT_ONCE:
        yield Finding(
            "population",
            f"what is known of everyone lacks the last {behind:,} positions of the log; it follows "
            "while a process has the store open: run 'penchant serve', or 'penchant rebuild'",
        )


def _kinds(p: Penchant) -> Iterator[Finding]:
    declared = p.parts.kinds.declared
    counts = {kind: n for kind, n in p.stats()["kinds"].items() if kind not in declared}
    for kind, count in list(counts.items())[:SHOWN]:
        near = closest(kind, declared)
        way_out = (
            "map it to that one, or declare it" if near else "declare it, or map it to another"
        )
        yield Finding(
            "kinds",
            f"the kind {kind!r} of {counted(count, 'event')} is not declared and weighs 0.1{near}; "
            f"{way_out}, in kinds.toml",
        )
    rest = list(counts)[SHOWN:]
    if rest:
        yield Finding(
            "kinds",
            f"not declared either: {counted(len(rest), 'more kind')} of "
            f"{counted(sum(counts[kind] for kind in rest), 'event')}: {', '.join(rest[:20])}",
        )


def _catalogue(parts: Parts) -> Iterator[Finding]:
    """Items of the latest events that the catalogue never had."""
    if parts.store.change() == 0:
        if any(event.item for _, event in _latest(parts.store)):
            yield Finding(
                "catalogue",
                "the catalogue is empty: interests and filters need tags and categories; put items "
                "in with 'penchant import --items FILE'",
            )
        return
    counts: dict[str, int] = {}
    for _, event in _latest(parts.store):
        if event.item is not None:
            counts[event.item] = counts.get(event.item, 0) + 1
    known = parts.store.versions(list(counts))
    missing = {item: count for item, count in counts.items() if item not in known}
    if missing:
        shown = ", ".join(sorted(missing, key=lambda item: (-missing[item], item))[:3])
        yield Finding(
            "catalogue",
            f"the catalogue lacks {counted(len(missing), 'item')}, such as {shown}, of "
            f"{counted(sum(missing.values()), 'event')} among the latest; "
            "put them in, their events then count again",
        )


def _snapshots(parts: Parts) -> Iterator[Finding]:
    users = parts.store.users(limit=200)
    told = [(USER, user, parts.fold.fingerprint) for user in users]
    told.append((EVERYONE, KEY, parts.crowd.fingerprint))
    other = 0
    for scope, key, fingerprint in told:
        snapshot = parts.store.load(scope, key)
        other += snapshot is not None and snapshot.fingerprint != fingerprint
    if other:
        yield Finding(
            "snapshots",
            f"{other} of {len(told)} snapshots looked at are of another version or other settings "
            "and are folded again when read; 'penchant rebuild' does it for all at once",
        )


def _user(p: Penchant, user: str) -> Iterator[Finding]:
    parts = p.parts
    events = parts.store.recent(user, 1_000)
    if not events:
        yield Finding("user", f"no event names the user {user!r}{_closest_user(parts, user)}")
        return
    if not any(parts.kinds.of(event.kind).teaches for _, event in events):
        yield Finding(
            "user",
            f"the events of {user!r} only say what was shown or told: until they touch something, "
            "they get what is popular",
        )
        return
    if all(event.item is None for _, event in events):
        yield Finding(
            "user",
            f"no event of {user!r} names an item, of the latest {len(events):,}: map a column to "
            "'item' when importing, or pass item= when tracking",
        )
        return
    yield from _drift(p, user)
    yield from _unusual(p, user)
    yield from _offers(p, user)


def _drift(p: Penchant, user: str) -> Iterator[Finding]:
    drift = p.user(user).profile().drift
    if drift["drifting"]:
        learned = p.parts.settings.taste_memory == LEARNED
        reaction = (
            "what is expected of their categories rests on what came since; the setting taste_memory = "
            "'months' has it rest on everything"
            if learned
            else f"the setting taste_memory = {p.parts.settings.taste_memory!r} has what is expected rest "
            "on what came before as well; 'learned' reacts"
        )
        yield Finding(
            "drift",
            f"the tastes of {user!r} have changed since {drift['since']}: the last {drift['window']} events "
            f"that show it differ from those before more than chance would have it; {reaction}",
        )


def _unusual(p: Penchant, user: str) -> Iterator[Finding]:
    for one in p.user(user).anomaly():
        if one.unusual:
            yield Finding("anomaly", f"{user!r} was not as usual on {one}")


def _offers(p: Penchant, user: str) -> Iterator[Finding]:
    """Why nothing is offered: everything known already or just touched, removed, unavailable."""
    if len(p.user(user).recommend(1)):
        return
    seen = p.parts.settings.seen
    if seen != "keep" and len(p.user(user).recommend(1, seen="keep")):
        sentence = f"{user!r} knows every item already and the setting seen = {seen!r} " + (
            "drops those; ask with seen='fade', or bring new items"
            if seen == "hide"
            else "holds back what was just touched; wait, ask with seen='keep', or bring new items"
        )
    else:
        sentence = (
            "no item can be offered: those that people touch are unavailable or removed; "
            "look at 'available' in the catalogue"
        )
    yield Finding("offers", sentence)


def _closest_user(parts: Parts, user: str) -> str:
    names = islice(_users(parts.store), NAMES)
    folded: dict[str, str] = {}
    for name in names:
        folded.setdefault(name.lower(), name)
    near = get_close_matches(user.lower(), folded, n=1, cutoff=0.6)
    if near:
        return f"; closest is {folded[near[0]]!r}"
    some = ", ".join(repr(name) for name in parts.store.users(limit=3))
    return f"; there are such as {some}"


def _users(store: Store) -> Iterator[str]:
    after = ""
    while names := store.users(after, 1_000):
        yield from names
        after = names[-1]


def _latest(store: Store) -> Iterable[tuple[int, Any]]:
    return store.since(max(store.end() - LATEST, 0), LATEST)
