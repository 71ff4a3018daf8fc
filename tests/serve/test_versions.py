from __future__ import annotations

from threading import Thread

import pytest

from penchant.serve.versions import Versions


def test_what_one_thread_was_told_holds_for_no_other() -> None:
    versions = Versions(lambda: 7)
    elsewhere: list[int] = []

    with versions.told(5):
        reader = Thread(target=lambda: elsewhere.append(versions.now()))
        reader.start()
        reader.join()

        assert (versions.now(), elsewhere) == (5, [7])


def test_what_was_told_does_not_outlive_a_failure() -> None:
    versions = Versions(lambda: 7)

    with pytest.raises(LookupError), versions.told(5):
        raise LookupError

    assert versions.now() == 7
