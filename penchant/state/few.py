"""A few names and how often each was met: the commonest, bounded."""

from __future__ import annotations

from penchant.state.tally import Bound


def count(table: dict[str, int], name: str, bound: Bound) -> None:
    """Count a name once more. Beyond the bound the rarest quarter is forgotten; a name that does not fit
    by itself is not counted.

    >>> table = {"ios": 2}
    >>> count(table, "web", Bound(keys=4, size=30))
    >>> table
    {'ios': 2, 'web': 1}
    """
    if name in table:
        table[name] += 1
    elif size_of(name) <= bound.size:
        table[name] = 1
        _trim(table, bound)


def added(one: dict[str, int], other: dict[str, int], bound: Bound) -> dict[str, int]:
    """The counts of both; neither is changed."""
    both = {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}
    _trim(both, bound)
    return both


def shares(table: dict[str, int]) -> dict[str, float]:
    """The share of each name in all counts, the commonest first.

    >>> shares({"web": 1, "ios": 3})
    {'ios': 0.75, 'web': 0.25}
    """
    total = sum(table.values())
    return {name: number / total for name, number in ranked(table).items()}


def ranked(table: dict[str, int]) -> dict[str, int]:
    """The same, the commonest first, ties by name."""
    return dict(sorted(table.items(), key=lambda pair: (-pair[1], pair[0])))


def size_of(name: str) -> int:
    """Bytes of a name."""
    return len(name) if name.isascii() else len(name.encode())


def _trim(table: dict[str, int], bound: Bound) -> None:
    while len(table) > bound.keys or sum(map(size_of, table)) > bound.size:
        commonest = list(ranked(table))
        for name in commonest[len(table) * 3 // 4 :]:
            del table[name]
