from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import penchant
from penchant.capture.store_target import StoreTarget, address_of
from penchant.capture.target import Refused, Unavailable

RECORDS = """
import penchant
recorder = penchant.Recorder({place!r}, interval=3600)
recorder.record("ann", "click", "tea", context={{"screen": [1, 2.5]}})
recorder.record("ann", "click", value="much")
recorder.record("bob", "click")
"""


def test_a_program_that_ends_at_once_stores_what_it_recorded(tmp_path: Path) -> None:
    place = str(tmp_path / "taste")

    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", RECORDS.format(place=place)],
        capture_output=True,
        text=True,
    )

    assert (ran.returncode, ran.stdout) == (0, "")
    assert "lost" not in ran.stderr
    with penchant.open(place, follow=False) as p:
        assert p.user("ann").history()[0].context == {"screen": [1, 2.5]}
        assert len(p.user("ann").history()) == len(p.user("bob").history()) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_folder_stays_where_it_was_told_when_the_program_and_its_children_go_elsewhere(
    tmp_path: Path,
) -> None:
    (tmp_path / "elsewhere").mkdir()
    program = (
        "import os, penchant\n"
        "recorder = penchant.Recorder('taste')\n"
        "os.chdir('elsewhere')\n"
        "if (child := os.fork()) == 0:\n"
        "    recorder.record('bob', 'click')\n"
        "    recorder.close()\n"
        "    os._exit(0)\n"
        "os.waitpid(child, 0)\n"
        "recorder.record('ann', 'click')\n"
    )

    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)

    assert list((tmp_path / "elsewhere").iterdir()) == []
    with penchant.open(tmp_path / "taste", follow=False) as p:
        assert len(p.user("ann").history()) == len(p.user("bob").history()) == 1


@pytest.mark.skipif(
    sys.version_info[:3] in ((3, 12, 0), (3, 12, 1)), reason="starts no thread at the end"
)
def test_a_short_program_needs_no_process_of_its_own(tmp_path: Path) -> None:
    place = str(tmp_path / "taste")
    within = "import sys; sys.executable = ''\n"  # as in a server that embeds Python

    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", within + RECORDS.format(place=place)],
        capture_output=True,
        text=True,
    )

    assert ran.returncode == 0
    assert "lost" not in ran.stderr
    with penchant.open(place, follow=False) as p:
        assert len(p.user("ann").history()) == 1


def test_a_program_that_ends_stores_the_last_events_without_a_word(tmp_path: Path) -> None:
    place = str(tmp_path / "taste")
    program = (
        "import penchant\n"
        f"recorder = penchant.Recorder({place!r}, interval=3600)\n"
        "recorder.record('ann', 'click')\n"
        "assert recorder.flush(30)\n"
        "recorder.record('bob', 'click')\n"
    )

    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True
    )

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    with penchant.open(place, follow=False) as p:
        assert len(p.user("bob").history()) == 1


@pytest.mark.parametrize(
    "place",
    [
        "postgresql://ann:secret@host/taste",
        "postgresql://ann:what?secret@host/taste",
        "postgresql://host/taste?user=ann&PASSWORD=secret&sslpassword=secret",
    ],
)
def test_an_address_has_no_password_in_it(place: str) -> None:
    assert "secret" not in address_of(place)
    assert address_of(place).startswith("postgresql://")


def test_where_an_extra_is_missing_the_log_says_which(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", WITHOUT_PSYCOPG], capture_output=True, text=True
    )

    assert (ran.returncode, ran.stdout) == (0, "")
    assert "this does not mend itself: a store on PostgreSQL needs the extra" in ran.stderr
    assert "the key" not in ran.stderr


WITHOUT_PSYCOPG = """
import sys, penchant
sys.modules["psycopg"] = None
recorder = penchant.Recorder("postgresql://nobody@127.0.0.1:1/taste", unsent=None)
recorder.record("ann", "click")
recorder.close(1)
"""


def test_events_that_a_process_of_its_own_appends_are_answered_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ending(place: str, **settings: object) -> None:
        raise RuntimeError("can't create new thread at interpreter shutdown")

    target = StoreTarget(str(tmp_path / "taste"))
    with monkeypatch.context() as patched:
        patched.setattr(penchant, "open", ending)
        refused = target.send([{"id": "e", "user": "ann", "kind": "click"}, {"kind": "click"}])

    assert [one.index for one in refused] == [1]
    assert isinstance(refused[0], Refused)
    with penchant.open(tmp_path / "taste", follow=False) as p:
        assert [event.id for event in p.user("ann").history()] == ["e"]


def test_a_process_of_its_own_that_fails_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ending(place: str, **settings: object) -> None:
        raise RuntimeError("can't start new thread")

    (tmp_path / "taken").write_text("")
    target = StoreTarget(str(tmp_path / "taken"))
    monkeypatch.setattr(penchant, "open", ending)

    with pytest.raises(Unavailable, match="cannot be made"):
        target.send([{"user": "ann", "kind": "click"}])
    monkeypatch.setattr(sys, "executable", "")
    with pytest.raises(Unavailable, match="the store cannot be opened at the end"):
        target.send([{"user": "ann", "kind": "click"}])
