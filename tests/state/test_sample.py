from __future__ import annotations

from zlib import crc32

from penchant.state.sample import Sample

PEOPLE = [f"user-{number}" for number in range(500)]
LOWEST = sorted(PEOPLE, key=lambda user: crc32(user.encode()))[:20]


def sampled(*users: str) -> Sample[list[str]]:
    sample: Sample[list[str]] = Sample()
    for user in users:
        seen = sample.of(user, list, 20)
        if seen is not None:
            seen.append(user)
    return sample


def test_the_lowest_digests_stay_whoever_comes_first() -> None:
    assert set(sampled(*PEOPLE).people) == set(sampled(*PEOPLE[::-1]).people) == set(LOWEST)


def test_who_is_in_at_last_was_in_from_the_first_event() -> None:
    everybody = sampled(*PEOPLE, *PEOPLE, *PEOPLE)

    assert {len(seen) for seen in everybody.people.values()} == {3}


def test_as_long_as_there_is_room_everybody_is_in() -> None:
    assert list(sampled(*PEOPLE[:20]).people) == PEOPLE[:20]


def test_two_samples_merge_into_that_of_both() -> None:
    one, other = sampled(*PEOPLE[:300]), sampled(*PEOPLE[200:])

    merged = one.merge(other, lambda mine, theirs: mine + theirs, 20)

    whole = sampled(*PEOPLE[:300], *PEOPLE[200:])
    assert dict(merged.people) == dict(whole.people)
    assert merged.border == whole.border


def test_an_empty_sample_changes_nothing() -> None:
    sample = sampled(*PEOPLE)

    assert sample.merge(Sample(), list.__add__, 20) == sample
