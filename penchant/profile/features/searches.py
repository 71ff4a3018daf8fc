"""Searches: the words somebody looks for, those of late more."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import (
    HALF_LIVES,
    MEMORIES,
    WEEKS,
    Beside,
    Feature,
    Reading,
    Signal,
    faded,
)
from penchant.state.decay import shift
from penchant.state.few import size_of
from penchant.state.tally import Bound

WORD = re.compile(r"\w{2,}")
WORDS = 8  # of one search; the rest is not looked at
LONGEST = 24  # bytes of a word that is remembered
BOUND = Bound(keys=8, size=72)  # words, and bytes of them
MEMORY = MEMORIES["weeks"]


class State(msgspec.Struct, array_like=True):
    """Decayed weight by word, in ``block`` of the half-life of weeks; ``searches`` that had words."""

    block: int = 0
    searches: int = 0
    words: dict[str, float] = {}


class Searches(Feature[State]):
    """Counts the words of what is searched, each once a search, with a half-life of 13.5 days.

    A search is an event of a kind of the group ``query`` with a ``text``; a word is two letters, digits or
    underscores in a row or more, without regard to case, of at most 24 bytes. Of the words with the most
    weight 6 to 8 are remembered, fewer long ones. Reads ``[{name, weight, share}]``, heaviest first: the
    decayed number of searches with the word as it stands now, and its share of those remembered.
    """

    name = "searches"
    needs = "events of kinds such as search and query, with a text"
    state = State

    def touches(self, kind: Kind) -> bool:
        return kind.group == "query"

    def zero(self) -> State:
        return State()

    def step(self, state: State, signal: Signal, item: Item | None) -> None:
        words = dict.fromkeys(_words(signal.event.text or ""))
        if not words:
            return
        block, factor = signal.growth.blocks[WEEKS], signal.growth.factors[WEEKS]
        if not state.searches or block > state.block:
            _move(state, block)
        factor *= shift(block, state.block)
        state.searches += 1
        for word in words:
            state.words[word] = state.words.get(word, 0.0) + factor
        _trim(state, words)

    def merge(self, one: State, other: State) -> State:
        both = [part for part in (one, other) if part.searches]
        merged = State(max((part.block for part in both), default=0))
        for part in both:
            factor = shift(part.block, merged.block)
            merged.searches += part.searches
            for word, weight in part.words.items():
                merged.words[word] = merged.words.get(word, 0.0) + weight * factor
        _trim(merged, {})
        return merged

    def weight(self, signal: Signal, now: Instant, beside: Beside) -> float:
        return faded(msgspec.structs.replace(signal, weight=1.0), MEMORY, now)

    def read(self, state: State, now: Instant) -> Reading:
        fade = HALF_LIVES.fade(WEEKS, state.block, now)
        total = sum(state.words.values())
        value = [
            {"name": word, "weight": weight * fade, "share": weight / total}
            for word, weight in sorted(state.words.items(), key=lambda pair: (-pair[1], pair[0]))
        ]
        return Reading(value, state.searches, MEMORY.window)


def _words(text: str) -> Iterator[str]:
    """The words of a search that can be remembered.

    >>> list(_words("Running shoes, size 42 (men's)"))
    ['running', 'shoes', 'size', '42', 'men']
    """
    found = WORD.finditer(text.casefold())
    for _, match in zip(range(WORDS), found, strict=False):
        if size_of(match[0]) <= LONGEST:
            yield match[0]


def _move(state: State, block: int) -> None:
    factor = shift(state.block, block) if state.searches else 1.0
    state.words = {word: weight * factor for word, weight in state.words.items()}
    state.block = block


def _trim(state: State, newest: dict[str, None]) -> None:
    """Where there are too many, keep the heaviest three quarters; those just searched stay before equals."""
    words = state.words
    while len(words) > BOUND.keys or sum(map(size_of, words)) > BOUND.size:
        heaviest = sorted(words, key=lambda word: (-words[word], word not in newest, word))
        for word in heaviest[min(len(words) * 3 // 4, len(words) - 1) :]:
            del words[word]
