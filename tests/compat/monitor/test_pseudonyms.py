"""Pseudonyms: whose they are, and what becomes of their key."""

from __future__ import annotations

import hmac
import os
import re
import threading
from pathlib import Path

import pytest

from penchant.compat.monitor.pseudonyms import FILE, Pseudonyms
from penchant.core.errors import InvalidSettings, StoreUnavailable
from tests.compat.monitor.conftest import KEY, put_key


def test_a_pseudonym_is_the_beginning_of_a_keyed_digest(folder: Path) -> None:
    whole = hmac.new(bytes.fromhex(KEY), b"user123", "sha256").hexdigest()

    assert Pseudonyms(folder).of("user123") == whole[:16]


def test_the_same_user_is_the_same_with_the_same_key_and_somebody_new_without_it(
    tmp_path: Path,
) -> None:
    first = Pseudonyms(tmp_path).of("ann")

    assert Pseudonyms(tmp_path).of("ann") == first != Pseudonyms(tmp_path).of("bob")
    (tmp_path / FILE).unlink()
    assert Pseudonyms(tmp_path).of("ann") != first


@pytest.mark.skipif(os.name != "posix", reason="needs modes of files")
def test_the_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    Pseudonyms(tmp_path / "new")
    key = tmp_path / "new" / FILE

    assert key.stat().st_mode & 0o777 == 0o600
    assert re.fullmatch("[0-9a-f]{64}\n", key.read_text())
    assert [path.name for path in key.parent.iterdir()] == [FILE]


@pytest.mark.skipif(os.name != "posix", reason="needs modes of files")
def test_a_key_that_others_may_read_is_refused(folder: Path) -> None:
    (folder / FILE).chmod(0o640)

    with pytest.raises(InvalidSettings, match=r"others may use the key \(mode 0640\); chmod 600"):
        Pseudonyms(folder)


@pytest.mark.parametrize("text", ["", "ab", "no key", KEY + "00", "é"])
def test_a_file_that_is_no_key_is_refused_and_kept(folder: Path, text: str) -> None:
    (folder / FILE).write_text(text)

    with pytest.raises(InvalidSettings, match="is no key; expected 64 hexadecimal digits"):
        Pseudonyms(folder)

    assert (folder / FILE).read_text() == text


def test_a_key_that_cannot_be_kept_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir(mode=0o700)

    with pytest.raises(StoreUnavailable, match="cannot be used"):
        Pseudonyms(tmp_path)


def test_all_who_make_the_key_at_once_have_the_same(tmp_path: Path) -> None:
    start = threading.Barrier(8)
    found: list[str] = []

    def work() -> None:
        start.wait()
        found.append(Pseudonyms(tmp_path / "new").of("ann"))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len(set(found)) == 1


def test_half_a_character_is_no_reason_to_fail(tmp_path: Path) -> None:
    put_key(tmp_path)

    assert len(Pseudonyms(tmp_path).of("a\ud800")) == 16
