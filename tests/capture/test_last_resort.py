"""What waits in memory at the end is left in a file, and sent by the next recorder of that target."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import penchant
from penchant.capture.course import ADOPTING
from penchant.capture.options import target_of, unsent_of
from penchant.capture.pace import Pace
from penchant.capture.segment import FRAME, HEAD, SUFFIX
from penchant.core.errors import InvalidArgument
from tests.capture.sink import Reply, Request, Sink

MIB = 1024 * 1024
AWAY = Reply(503)


def files(home: Path) -> list[Path]:
    return sorted(home.rglob(f"*{SUFFIX}"))


def run(program: str, *, killed: bool = False) -> subprocess.CompletedProcess[str]:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == (-signal.SIGKILL if killed else 0), ran.stderr
    return ran


def leave(target: str | Path, count: int, **options: Any) -> list[str]:
    """The ids of events that a recorder could not send before it was closed."""
    recorder = penchant.Recorder(target, **options)
    ids = [recorder.record("ann", "click", position=n % 100) for n in range(count)]
    recorder.close(timeout=0.1)
    return ids


def is_first(request: Request) -> bool:
    """Whether it comes from a recorder with that key: it may be answered after the recorder was closed."""
    return request.headers.get("Authorization") == "Bearer first"


def refuse_the_first(sink: Sink) -> None:
    sink.always = lambda request: AWAY if is_first(request) else sink.receipt(request)


def arrived(sink: Sink) -> list[str]:
    """The ids of all that came from the others, as often as they came."""
    return [event["id"] for one in sink.requests if not is_first(one) for event in one.events]


def test_a_program_that_ends_before_a_folder_can_be_made_leaves_its_events_to_the_next(
    tmp_path: Path, home: Path
) -> None:
    place = tmp_path / "taste"
    place.write_text("in the way")
    program = f"import penchant\nrecorder = penchant.Recorder({str(place)!r})\n"
    ended = run(
        program + "print(*[recorder.record('ann', 'click') for _ in range(700)])\n"
        "recorder.close(0.1)\n"
        "assert recorder.counts.waiting == recorder.counts.captured == 700, recorder.counts\n"
    )
    place.unlink()

    run(
        program + "recorder.close(30)\n"
        "assert recorder.counts.stored == recorder.counts.adopted == 700, recorder.counts\n"
    )

    with penchant.open(place, follow=False) as p:
        told = p.user("ann").history(1_000)
    assert [event.id for event in reversed(told)] == ended.stdout.split()
    assert files(home) == []


def test_what_a_server_did_not_take_is_sent_once_in_order_before_anything_new(
    sink: Sink, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    refuse_the_first(sink)
    first = penchant.Recorder(sink.url, key="first")
    ids = [first.record("ann", "click") for _ in range(1_234)]
    first.close(timeout=0.1)
    assert first.counts == type(first.counts)(captured=1_234, waiting=1_234)
    (file,) = files(home)
    assert "1,234 events could not be sent before the end" in caplog.text
    assert f"what waits in {file.parent} is sent by the next recorder" in caplog.text

    with penchant.Recorder(sink.url) as second:
        ids.append(second.record("bob", "click"))

    assert arrived(sink) == ids
    assert second.counts == type(second.counts)(captured=1_235, stored=1_235, adopted=1_234)
    assert files(home) == []


def test_a_program_that_ends_without_closing_leaves_what_it_could_not_send(
    sink: Sink, home: Path
) -> None:
    sink.always = AWAY

    ran = run(
        "import penchant\n"
        f"recorder = penchant.Recorder({sink.url!r}, interval=3600)\n"
        "print(*[recorder.record('ann', 'click') for _ in range(10)])\n"
    )

    assert "10 events could not be sent before the end; what waits in" in ran.stderr
    sink.always = None
    with penchant.Recorder(sink.url, interval=0.01):
        sink.wait(lambda: len(sink.events) == 10)
    assert [event["id"] for event in sink.events] == ran.stdout.split()


def test_what_waits_for_room_when_it_is_closed_is_left_as_well(sink: Sink, home: Path) -> None:
    class Ringing(Pace):
        def ring(self, *, urgent: bool = False) -> None:
            if threading.current_thread() in threads:  # before it waits
                waiting.release()
            super().ring(urgent=urgent)

    waiting = threading.Semaphore(0)
    threads: list[threading.Thread] = []
    sink.always = AWAY
    first = penchant.Recorder(
        sink.url, capacity=2, when_full="wait", interval=3_600, batch_size=2, pace=Ringing()
    )
    ids = [first.record("ann", "click") for _ in range(2)]
    for _ in range(4):
        threads.append(threading.Thread(target=lambda: ids.append(first.record("bob", "click"))))
        threads[-1].start()
        assert waiting.acquire(timeout=30)

    first.close(timeout=0.1)
    for thread in threads:
        thread.join()

    sink.always = None
    with penchant.Recorder(sink.url, interval=0.01):
        sink.wait(lambda: len(sink.events) == 6)
    assert {event["id"] for event in sink.events} == set(ids)
    assert files(home) == []


def test_a_recorder_that_records_nothing_sends_what_was_left(sink: Sink, home: Path) -> None:
    sink.always = AWAY
    ids = leave(sink.url, 5)
    sink.always = None

    with penchant.Recorder(sink.url, interval=0.01):
        sink.wait(lambda: len(sink.events) == 5)

    assert [event["id"] for event in sink.events] == ids
    assert files(home) == []


def test_a_recorder_that_runs_sends_what_others_leave_in_the_meantime(
    sink: Sink, home: Path
) -> None:
    with penchant.Recorder(sink.url) as running:
        running.record("bob", "click")
        assert running.flush()
        sink.always = AWAY
        leave(sink.url, 5)
        sink.always = None

    assert running.counts == type(running.counts)(captured=6, stored=6, adopted=5)
    assert files(home) == []


def test_a_flush_waits_for_what_was_recorded_also_where_others_left_something_meanwhile(
    sink: Sink,
) -> None:
    class Later(Pace):
        seconds = 0.0

        def now(self) -> float:
            return self.seconds

    pace = Later()
    running = penchant.Recorder(sink.url, batch_size=100, interval=3_600, pace=pace)
    running.record("bob", "click")
    assert running.flush()
    sink.always = AWAY
    leave(sink.url, 300)
    sink.always = lambda request: AWAY if len(sink.events) > 1 else sink.receipt(request)
    pace.seconds = ADOPTING

    running.record("bob", "click")

    assert not running.flush(timeout=0.5)
    assert running.counts.stored == 101
    sink.always = None
    assert running.flush()
    assert running.counts.stored == 302
    running.close()


def test_what_cannot_be_sent_by_the_next_either_stays_and_is_joined(sink: Sink, home: Path) -> None:
    sink.always = AWAY
    ids = leave(sink.url, 3)
    second = penchant.Recorder(sink.url)
    ids.append(second.record("ann", "click"))
    second.close(timeout=0.1)
    assert second.counts == type(second.counts)(captured=4, waiting=4, adopted=3)
    assert len(files(home)) == 2
    sink.always = None

    with penchant.Recorder(sink.url, interval=0.01):
        sink.wait(lambda: len(sink.events) == 4)

    assert [event["id"] for event in sink.events] == ids


def test_another_target_does_not_get_them(sink: Sink, home: Path, tmp_path: Path) -> None:
    sink.always = AWAY
    ids = leave(sink.url, 3)
    sink.always = None

    for other in (f"{sink.url}/shop", tmp_path / "taste"):
        with penchant.Recorder(other, interval=0.01) as recorder:
            recorder.record("bob", "click")
            recorder.close(timeout=0.5)
        assert recorder.counts.adopted == 0

    with penchant.Recorder(sink.url, interval=0.01):
        sink.wait(lambda: {event["id"] for event in sink.events} >= set(ids))


SAME = {
    "a slash": ("http://host:8000", "http://host:8000/"),
    "letters of a host": ("http://HOST/shop", "http://host/shop/"),
    "a port that goes without saying": ("https://host:443", "https://host"),
    "a password": (
        "postgresql://ann:one@host/taste?password=two",
        "postgres://ann@host/taste",
    ),
    "a path": ("taste", "./shop/../taste"),
}
OTHER = {
    "ports": ("http://host:8000", "http://host:8001"),
    "protocols": ("http://host:443", "https://host:443"),
    "paths": ("http://host/a", "http://host/b"),
    "users": ("postgresql://ann@host/taste", "postgresql://bob@host/taste"),
    "hosts before an option with an at": (
        "postgresql://one/taste?options=a@b",
        "postgresql://two/taste?options=a@b",
    ),
    "folders": ("taste", "Taste"),
}


@pytest.mark.parametrize(("one", "two"), SAME.values(), ids=SAME)
def test_a_target_is_the_same_however_it_is_written(one: str, two: str) -> None:
    assert target_of(one, None, 1.0).address == target_of(two, None, 1.0).address


@pytest.mark.parametrize(("one", "two"), OTHER.values(), ids=OTHER)
def test_targets_are_told_apart(one: str, two: str) -> None:
    assert target_of(one, None, 1.0).address != target_of(two, None, 1.0).address


def test_the_key_may_change_between_two_programs(sink: Sink) -> None:
    def knows_the_key(request: Request) -> Reply:
        good = request.headers.get("Authorization") == "Bearer right"
        return sink.receipt(request) if good else Reply(401)

    sink.always = knows_the_key
    ids = leave(sink.url, 3, key="wrong")

    with penchant.Recorder(sink.url, key="right", interval=0.01):
        sink.wait(lambda: len(sink.events) == 3)

    assert [event["id"] for event in sink.events] == ids


def test_programs_that_end_and_begin_at_once_lose_nothing_and_send_nothing_twice(
    sink: Sink, home: Path
) -> None:
    def at_once(count: int, key: str, timeout: float) -> None:
        program = (
            "import penchant\n"
            f"recorder = penchant.Recorder({sink.url!r}, key={key!r}, interval=0.01)\n"
            f"for _ in range({count}): recorder.record('ann', 'click')\n"
            f"recorder.close({timeout})\n"
        )
        running = [
            subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL)
            for _ in range(4)
        ]
        assert [process.wait(60) for process in running] == [0, 0, 0, 0]

    refuse_the_first(sink)
    at_once(500, "first", 0.1)
    assert len(files(home)) == 4

    at_once(1, "next", 30)

    assert len(arrived(sink)) == len(set(arrived(sink))) == 2_004
    assert files(home) == []


def test_a_kill_while_they_are_sent_sends_the_rest_and_nothing_that_was_answered_for(
    sink: Sink, home: Path
) -> None:
    def one_batch(request: Request) -> Reply:
        return AWAY if is_first(request) or sink.events else sink.receipt(request)

    sink.always = one_batch
    ids = leave(sink.url, 300, key="first")
    run(
        "import os, penchant, signal\n"
        f"recorder = penchant.Recorder({sink.url!r}, batch_size=100, interval=0.01)\n"
        "while recorder.counts.stored < 100: pass\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n",
        killed=True,
    )
    assert [event["id"] for event in sink.events] == ids[:100]
    sink.always = None
    before = len(sink.requests)

    with penchant.Recorder(sink.url, interval=0.01):
        sink.wait(lambda: len(sink.events) == 300)

    sent = [event["id"] for request in sink.requests[before:] for event in request.events]
    assert list(dict.fromkeys(sent)) == ids[100:]  # a request of the killed one may come in late


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_child_and_its_parent_leave_what_is_theirs(sink: Sink, home: Path) -> None:
    sink.always = AWAY
    run(
        "import os, penchant\n"
        f"recorder = penchant.Recorder({sink.url!r}, interval=3600)\n"
        "for _ in range(30): recorder.record('parent', 'click')\n"
        "if (child := os.fork()) == 0:\n"
        "    for _ in range(50): recorder.record('child', 'click')\n"
        "    recorder.close(0.1)\n"
        "    os._exit(recorder.counts.waiting)\n"
        "assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 50\n"
        "recorder.close(0.1)\n"
        "assert recorder.counts.waiting == 80 and recorder.counts.adopted == 50, recorder.counts\n"
    )
    sink.always = None

    with penchant.Recorder(sink.url, interval=0.01):
        sink.wait(lambda: len(sink.events) == 80)

    users = [event["user"] for event in sink.events]
    assert (users.count("parent"), users.count("child")) == (30, 50)
    assert files(home) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_child_does_not_send_what_its_parent_adopted(sink: Sink, home: Path) -> None:
    sink.always = AWAY
    leave(sink.url, 20)

    run(
        "import os, penchant\n"
        f"recorder = penchant.Recorder({sink.url!r}, interval=0.01)\n"
        "while not recorder.counts.adopted: pass\n"
        "if (child := os.fork()) == 0:\n"
        "    recorder.record('child', 'click')\n"
        "    recorder.close(0.1)\n"
        "    os._exit(recorder.counts.adopted)\n"
        "assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0\n"
        "recorder.close(0.1)\n"
        "assert recorder.counts.adopted == 21, recorder.counts\n"
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_child_that_outlives_its_parent_keeps_nothing_of_what_that_adopted(
    sink: Sink, home: Path
) -> None:
    sink.always = AWAY
    ids = leave(sink.url, 20)
    program = (
        "import os, penchant, signal\n"
        f"recorder = penchant.Recorder({sink.url!r}, interval=0.01)\n"
        "while not recorder.counts.adopted: pass\n"
        "told, tell = os.pipe()\n"
        "if os.fork() == 0:\n"
        "    os.write(tell, b'.')\n"
        "    os.read(0, 1)\n"
        "    os._exit(0)\n"
        "os.read(told, 1)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE) as parent:
        assert parent.wait(60) == -signal.SIGKILL
        sink.always = None

        with penchant.Recorder(sink.url, interval=0.01):
            sink.wait(lambda: len(sink.events) == 20)

    assert [event["id"] for event in sink.events] == ids


def test_nobody_else_can_read_what_was_left(sink: Sink, home: Path) -> None:
    sink.always = AWAY

    leave(sink.url, 3)

    (file,) = files(home)
    assert file.parent.parent == home / ".local" / "state" / "penchant" / "unsent"
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_is_no_larger_than_what_is_in_it(sink: Sink, home: Path) -> None:
    sink.always = AWAY

    leave(sink.url, 3)

    (file,) = files(home)
    content = file.read_bytes()
    place = HEAD
    while place < len(content):
        place += FRAME + int.from_bytes(content[place + 1 : place + 5], "little")
    assert place == len(content)


def test_where_all_is_sent_nothing_is_made(sink: Sink, home: Path) -> None:
    with penchant.Recorder(sink.url) as recorder:
        recorder.record("ann", "click")

    assert list(home.iterdir()) == []


def test_what_is_left_is_bounded_and_the_rest_is_counted_as_dropped(
    sink: Sink, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sink.always = AWAY
    ids: list[str] = []
    dropped = 0
    for count in (600, 600, 5):
        recorder = penchant.Recorder(sink.url, spool_size=MIB)
        made = [recorder.record("ann", "click", text="x" * 1_000) for _ in range(count)]
        recorder.close(timeout=0.1)
        counts = recorder.counts
        assert counts.captured == counts.waiting + counts.dropped
        ids += made[: count - counts.dropped]
        dropped += counts.dropped

    assert 900 < len(ids) < 1_024
    assert dropped == 1_205 - len(ids)
    assert sum(file.stat().st_size for file in files(home)) <= MIB
    assert f"no more than {MIB} bytes (spool_size) may wait in" in caplog.text
    assert "events could not be sent before the end and are lost" in caplog.text
    sink.always = None
    with penchant.Recorder(sink.url, interval=0.01):
        sink.wait(lambda: len(sink.events) == len(ids))
    assert [event["id"] for event in sink.events] == ids


def test_many_small_files_count_as_what_they_take_on_the_disk(sink: Sink, home: Path) -> None:
    sink.always = AWAY
    leave(sink.url, 1)
    (file,) = files(home)
    most = MIB // (file.stat().st_blocks * 512)
    for number in range(most):
        file.with_name(f"{number:012x}-other-000000{SUFFIX}").write_bytes(file.read_bytes())
    recorder = penchant.Recorder(sink.url, spool_size=MIB)
    recorder.record("bob", "click")

    recorder.close(timeout=0.1)

    assert recorder.counts.dropped == 1
    assert len(files(home)) == most + 1


def test_with_none_what_could_not_be_sent_is_dropped(
    sink: Sink, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sink.always = AWAY
    recorder = penchant.Recorder(sink.url, unsent=None)
    recorder.record("ann", "click")

    recorder.close(timeout=0.1)

    assert recorder.counts == type(recorder.counts)(captured=1, dropped=1)
    assert "1 event could not be sent before the end and is lost" in caplog.text
    assert list(home.iterdir()) == []


def test_with_none_what_others_left_is_left_alone(sink: Sink, home: Path) -> None:
    sink.always = AWAY
    leave(sink.url, 3)
    sink.always = None

    with penchant.Recorder(sink.url, unsent=None) as recorder:
        recorder.record("ann", "click")

    assert (recorder.counts.stored, recorder.counts.adopted) == (1, 0)
    assert len(files(home)) == 1


def test_another_folder_may_be_told(sink: Sink, home: Path, tmp_path: Path) -> None:
    sink.always = AWAY

    leave(sink.url, 3, unsent=tmp_path / "left")

    assert len(files(tmp_path / "left")) == 1
    assert list(home.iterdir()) == []


def test_a_spool_needs_no_last_resort(sink: Sink, home: Path, spool: Path) -> None:
    sink.always = AWAY

    leave(sink.url, 3, spool=spool, unsent=home / "left")

    assert len(files(spool)) == 1
    assert list(home.iterdir()) == []


def test_a_home_that_cannot_be_written_loses_them_says_why_and_raises_nothing(
    sink: Sink, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (home / ".local").write_text("in the way")
    sink.always = AWAY
    recorder = penchant.Recorder(sink.url)
    recorder.record("ann", "click")

    recorder.close(timeout=0.1)

    assert recorder.counts == type(recorder.counts)(captured=1, dropped=1)
    assert "what could not be sent cannot be kept either: " in caplog.text
    assert str(home / ".local") in caplog.text
    assert "1 event could not be sent before the end and is lost" in caplog.text


def test_a_home_that_is_out_of_reach_keeps_nothing_from_being_sent(sink: Sink, home: Path) -> None:
    (home / ".local").mkdir(mode=0o000)

    ran = run(
        "import encodings.idna, os, penchant  # while this user may read them\n"
        "penchant.Recorder('http://127.0.0.1:1').close()\n"
        "if os.getuid() == 0: os.setuid(65534)  # nothing is out of reach for root\n"
        f"recorder = penchant.Recorder({sink.url!r}, unsent={str(home / '.local' / 'unsent')!r})\n"
        "recorder.record('ann', 'click')\n"
        "recorder.close()\n"
        "print(recorder.counts.stored)\n"
    )

    assert (ran.stdout, ran.stderr) == ("1\n", "")


def test_who_has_no_home_has_no_last_resort() -> None:
    assert unsent_of("~nobody-of-this-name/unsent") is None


def test_a_disk_that_is_full_loses_them_and_leaves_no_file(sink: Sink, home: Path) -> None:
    sink.always = AWAY

    ran = run(
        "import penchant, resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        f"recorder = penchant.Recorder({sink.url!r})\n"
        "for _ in range(1000): recorder.record('ann', 'click')\n"
        "recorder.close(0.1)\n"
        "print(recorder.counts.dropped)\n"
    )

    assert ran.stdout == "1000\n"
    assert "cannot be kept either: [Errno 27] File too large" in ran.stderr
    assert files(home) == []


def test_a_folder_that_is_no_path_is_refused() -> None:
    with pytest.raises(InvalidArgument) as raised:
        penchant.Recorder("http://127.0.0.1:1", unsent=7)  # type: ignore[arg-type]  # that is the case

    assert raised.value.field == "unsent"
