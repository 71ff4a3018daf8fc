"""The spool: what is in it outlives the process, and nothing of it is sent twice or left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import pytest

import penchant
from penchant.capture.segment import FRAME, HEAD, SUFFIX, Segment
from penchant.core.errors import InvalidArgument
from tests.capture.sink import Reply, Sink

MIB = 1024 * 1024


def files(spool: Path) -> list[Path]:
    return sorted(spool.glob(f"*{SUFFIX}"))


def run(program: str, *, killed: bool = False) -> subprocess.CompletedProcess[str]:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == (-signal.SIGKILL if killed else 0), ran.stderr
    return ran


NOBODY = "http://127.0.0.1:9"  # nothing listens there: what a process recorded stays in its spool


def killed_after(count: int, spool: Path) -> list[str]:
    """The ids that a process returned before it was killed."""
    ran = run(
        "import os, penchant, signal\n"
        f"recorder = penchant.Recorder({NOBODY!r}, spool={str(spool)!r}, interval=3600)\n"
        f"ids = [recorder.record('ann', 'click', position=n) for n in range({count})]\n"
        "print(*ids, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n",
        killed=True,
    )
    return ran.stdout.split()


def test_what_was_recorded_before_a_kill_is_sent_by_the_next_process(
    sink: Sink, spool: Path
) -> None:
    ids = killed_after(300, spool)
    assert sink.events == []

    with penchant.Recorder(sink.url, spool=spool) as recorder:
        sink.wait(lambda: len(sink.events) == 300)

    assert [event["id"] for event in sink.events] == ids
    assert recorder.counts.adopted == recorder.counts.captured == recorder.counts.stored == 300
    assert files(spool) == []


def test_what_was_answered_for_before_a_kill_is_not_sent_again(sink: Sink, spool: Path) -> None:
    run(
        "import os, penchant, signal\n"
        f"recorder = penchant.Recorder({sink.url!r}, spool={str(spool)!r}, interval=3600)\n"
        "for n in range(40): recorder.record('ann', 'click')\n"
        "assert recorder.flush(30)\n"
        "for n in range(2): recorder.record('bob', 'click')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n",
        killed=True,
    )

    with penchant.Recorder(sink.url, spool=spool) as recorder:
        sink.wait(lambda: len(sink.events) == 42)

    assert [len(request.events) for request in sink.requests] == [40, 2]
    assert recorder.counts.adopted == 2


def test_an_incomplete_record_is_ignored_and_those_before_it_are_sent(
    sink: Sink, spool: Path
) -> None:
    ids = killed_after(10, spool)
    (path,) = files(spool)
    content = bytearray(path.read_bytes())
    places = [HEAD]
    while content[places[-1]]:
        size = int.from_bytes(content[places[-1] + 1 : places[-1] + 5], "little")
        places.append(places[-1] + FRAME + size)
    content[places[9]] = 0  # the mark of the last record, which is written last

    path.write_bytes(content)

    with penchant.Recorder(sink.url, spool=spool):
        sink.wait(lambda: len(sink.events) == 9)
    assert [event["id"] for event in sink.events] == ids[:9]


def test_a_damaged_record_ends_what_can_be_read_and_is_said(
    sink: Sink, spool: Path, caplog: pytest.LogCaptureFixture
) -> None:
    killed_after(10, spool)
    (path,) = files(spool)
    content = bytearray(path.read_bytes())
    content[HEAD + FRAME + 5] ^= 1

    path.write_bytes(content)

    with penchant.Recorder(sink.url, spool=spool) as recorder:
        recorder.record("ann", "click")
    assert recorder.counts.stored == 1
    assert "is damaged" in caplog.text


def test_what_is_no_segment_is_left_alone(sink: Sink, spool: Path) -> None:
    spool.mkdir()
    foreign = spool / f"letters{SUFFIX}"
    foreign.write_text("dear ann, this is no segment at all")

    with penchant.Recorder(sink.url, spool=spool) as recorder:
        recorder.record("ann", "click")

    assert files(spool) == [foreign]


@pytest.mark.parametrize("length", [HEAD - 1, HEAD, HEAD + 1])
def test_a_short_file_holds_nothing_up(sink: Sink, spool: Path, length: int) -> None:
    spool.mkdir()
    (spool / f"0{SUFFIX}").write_bytes(bytes(length))

    with penchant.Recorder(sink.url, spool=spool) as recorder:
        recorder.record("ann", "click")

    assert recorder.counts.stored == 1


def test_what_is_damaged_while_it_waits_is_counted_as_dropped_at_once(
    sink: Sink, spool: Path
) -> None:
    sink.always = Reply(503)
    recorder = penchant.Recorder(sink.url, spool=spool, batch_size=2, interval=3600)
    for _ in range(6):
        recorder.record("ann", "click")
    sink.wait(lambda: len(sink.requests) > 0)
    (path,) = files(spool)
    with path.open("r+b") as file:
        content = file.read()
        second = HEAD + 2 * (FRAME + int.from_bytes(content[HEAD + 1 : HEAD + 5], "little"))
        file.seek(second + FRAME)
        file.write(b"\0")
    sink.always = None

    flushed = recorder.flush(30)

    assert flushed
    assert (recorder.counts.stored, recorder.counts.dropped, recorder.counts.waiting) == (2, 4, 0)
    recorder.close()


def test_a_flush_ends_where_the_recorder_is_closed_meanwhile(sink: Sink, spool: Path) -> None:
    sink.always = Reply(503)
    recorder = penchant.Recorder(sink.url, spool=spool)
    recorder.record("ann", "click")
    answers: list[bool] = []
    flushing = threading.Thread(target=lambda: answers.append(recorder.flush(None)), daemon=True)
    flushing.start()
    sink.wait(lambda: len(sink.requests) > 0)

    recorder.close(timeout=0.1)

    flushing.join(30)
    assert answers == [False]


def test_a_file_that_cannot_be_removed_fails_nobody(
    sink: Sink, spool: Path, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = penchant.Recorder(sink.url, spool=spool)
    recorder.record("ann", "click")
    assert recorder.flush(30)
    for path in files(spool):
        path.unlink()
        path.mkdir()  # no file can be removed from there any more, also by root

    recorder.close()

    assert recorder.counts.stored == recorder.counts.captured == 1
    assert "the spool cannot be written" in caplog.text


def test_a_child_of_a_closed_recorder_keeps_its_own_files(spool: Path) -> None:
    run(
        "import os, penchant\n"
        f"recorder = penchant.Recorder({NOBODY!r}, spool={str(spool)!r})\n"
        "recorder.record('ann', 'click')\n"
        "recorder.close(0.1)\n"
        "kept = [open(os.devnull) for _ in range(20)]  # with the numbers that have become free\n"
        "child = os.fork()\n"
        "if child == 0: os._exit(sum(1 for file in kept if not os.path.exists(f'/dev/fd/{file.fileno()}')))\n"
        "assert os.waitpid(child, 0)[1] == 0\n"
        "for file in kept: file.close()\n"
    )


def test_the_spool_of_a_living_process_is_not_touched(sink: Sink, spool: Path) -> None:
    sink.always = Reply(503)
    first = penchant.Recorder(sink.url, spool=spool, interval=3_600)
    for _ in range(5):
        first.record("ann", "click")

    with penchant.Recorder(sink.url, spool=spool) as second:
        second.record("bob", "click")
        second.close(timeout=0.1)

    assert second.counts.adopted == 0
    assert first.counts.waiting == 5
    sink.always = None
    first.close(30)
    assert first.counts.stored == first.counts.captured == 6  # that of the second was left to it


def test_several_processes_use_one_spool_and_lose_nothing(sink: Sink, spool: Path) -> None:
    program = (
        "import penchant\n"
        f"with penchant.Recorder({sink.url!r}, spool={str(spool)!r}) as recorder:\n"
        "    for n in range(2000): recorder.record('ann', 'click')\n"
        "    assert recorder.flush(60)\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(4)]

    assert [process.wait(60) for process in running] == [0, 0, 0, 0]

    assert len(sink.events) == 8_000
    assert files(spool) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_child_that_ends_at_once_leaves_its_events_to_the_parent(sink: Sink, spool: Path) -> None:
    run(
        "import os, penchant\n"
        f"recorder = penchant.Recorder({sink.url!r}, spool={str(spool)!r}, interval=3600)\n"
        "for n in range(100): recorder.record('parent', 'click')\n"
        "child = os.fork()\n"
        "for n in range(500): recorder.record('child' if child == 0 else 'parent', 'click')\n"
        "if child == 0: os._exit(0)\n"
        "os.waitpid(child, 0)\n"
        "recorder.close(30)\n"
        "assert recorder.counts.adopted == 500, recorder.counts\n"
    )

    users = [event["user"] for event in sink.events]
    assert (users.count("parent"), users.count("child")) == (600, 500)
    assert files(spool) == []


def test_what_could_not_be_sent_before_the_end_stays(sink: Sink, spool: Path) -> None:
    sink.always = Reply(503)
    recorder = penchant.Recorder(sink.url, spool=spool)
    for _ in range(7):
        recorder.record("ann", "click")

    recorder.close(timeout=0.1)

    assert recorder.counts == type(recorder.counts)(captured=7, waiting=7)
    sink.always = None
    with penchant.Recorder(sink.url, spool=spool):
        sink.wait(lambda: len(sink.events) == 7)
    assert files(spool) == []


def test_beyond_its_capacity_events_wait_on_disk_alone(sink: Sink, spool: Path) -> None:
    sink.always = Reply(503)
    recorder = penchant.Recorder(sink.url, spool=spool, capacity=10)
    ids = [recorder.record("ann", "click", data={"n": "x" * 100}) for n in range(30_000)]
    assert recorder.counts == type(recorder.counts)(captured=30_000, waiting=30_000)
    assert len(files(spool)) > 5

    sink.always = None
    recorder.close(60)

    assert [event["id"] for event in sink.events] == ids
    assert files(spool) == []


def test_a_full_spool_loses_the_oldest_and_says_so(
    sink: Sink, spool: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sink.always = Reply(503)
    recorder = penchant.Recorder(sink.url, spool=spool, spool_size=MIB)

    ids = [recorder.record("ann", "click", data={"n": "x" * 1_000}) for _ in range(3_000)]

    counts = recorder.counts
    assert counts.dropped > 1_500
    assert counts.waiting + counts.dropped == counts.captured == 3_000
    assert sum(path.stat().st_size for path in files(spool)) <= MIB + 2 * MIB // 4
    assert "the oldest are dropped" in caplog.text
    sink.always = None
    recorder.close(60)
    assert recorder.counts.stored == len(sink.events)
    assert [event["id"] for event in sink.events][-200:] == ids[-200:]
    assert recorder.counts.stored + recorder.counts.dropped == 3_000


def test_a_full_spool_that_waits_loses_nothing(sink: Sink, spool: Path) -> None:
    recorder = penchant.Recorder(
        sink.url, spool=spool, spool_size=MIB, when_full="wait", capacity=1_000_000
    )

    ids = [recorder.record("ann", "click", data={"n": "x" * 1_000}) for _ in range(3_000)]
    recorder.close(60)

    assert [event["id"] for event in sink.events] == ids
    assert recorder.counts.dropped == 0


DISK_FULL = """
import penchant, resource, signal
recorder = penchant.Recorder({url!r}, spool={spool!r}, interval=3600)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
for n in range(9000): recorder.record('ann', 'click', data={{'n': 'x' * 100}})
assert recorder.counts.captured == 9000, recorder.counts
{then}
recorder.close(30)
print(recorder.counts.stored, recorder.counts.captured)
"""


@pytest.mark.parametrize(
    "then", ["", "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)"]
)
def test_on_a_full_disk_events_wait_in_memory_in_their_order(
    sink: Sink, spool: Path, then: str
) -> None:
    ran = run(DISK_FULL.format(url=sink.url, spool=str(spool), then=then))

    assert ran.stdout.split() == ["9000", "9000"]
    assert "the spool cannot be written" in ran.stderr
    ids = [event["id"] for event in sink.events]
    assert ids == sorted(ids)
    assert len(ids) == 9_000
    assert files(spool) == []


def test_a_disk_that_is_full_at_the_beginning_is_no_reason_not_to_begin(
    sink: Sink, spool: Path
) -> None:
    ran = run(
        "import penchant, resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        f"with penchant.Recorder({sink.url!r}, spool={str(spool)!r}) as recorder:\n"
        "    recorder.record('ann', 'click')\n"
    )

    assert "the spool cannot be written" in ran.stderr
    assert len(sink.events) == 1


def test_many_left_files_are_adopted_a_few_at_a_time_and_none_is_lost(
    sink: Sink, spool: Path
) -> None:
    for _ in range(7):
        killed_after(20, spool)

    with penchant.Recorder(sink.url, spool=spool, spool_size=MIB, interval=0.01) as recorder:
        sink.wait(lambda: len(sink.events) == 140)

    assert recorder.counts.stored == recorder.counts.adopted == 140
    assert recorder.counts.dropped == 0
    assert files(spool) == []


def test_what_was_adopted_is_not_lost_for_want_of_room(sink: Sink, spool: Path) -> None:
    ids = [id for _ in range(3) for id in killed_after(20, spool)]
    sink.always = Reply(503)
    recorder = penchant.Recorder(sink.url, spool=spool, spool_size=MIB, interval=0.01)
    sink.wait(lambda: recorder.counts.adopted == 40)  # as many files as half of its own

    for _ in range(3_000):
        recorder.record("bob", "click", data={"n": "x" * 1_000})
    recorder.close(0.1)

    counts = recorder.counts
    assert counts.captured == counts.stored + counts.dropped + counts.waiting
    sink.always = None
    with penchant.Recorder(sink.url, spool=spool, interval=0.01):
        sink.wait(lambda: {one["id"] for one in sink.events if one["user"] == "ann"} == set(ids))


def test_an_episode_of_loss_is_said_when_it_begins_and_when_it_is_over(
    sink: Sink, spool: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sink.always = Reply(503)
    recorder = penchant.Recorder(sink.url, spool=spool, when_full="drop", capacity=100)
    for _ in range(2):
        for _ in range(150):
            recorder.record("ann", "click")
        sink.always = None
        assert recorder.flush(30)
        sink.wait(lambda: "nothing waits" in caplog.text)
        sink.always = Reply(503)

    recorder.close(0.1)

    told = [one for one in caplog.messages if "dropped" in one]
    assert len([one for one in told if "the oldest are dropped" in one]) == 2


def test_a_place_that_cannot_be_written_is_refused_at_once(sink: Sink, spool: Path) -> None:
    spool.write_text("a file where the folder should be")

    with pytest.raises(InvalidArgument) as raised:
        penchant.Recorder(sink.url, spool=spool)

    assert raised.value.field == "spool"
    assert "cannot be written" in str(raised.value)


def test_a_folder_without_rights_is_refused_at_once(sink: Sink, spool: Path) -> None:
    spool.mkdir(mode=0o500)
    program = (
        "import os, penchant\n"
        "penchant.Recorder('http://127.0.0.1:1').close()\n"
        "if os.getuid() == 0: os.setuid(65534)  # nothing is read-only for root\n"
        "try:\n"
        f"    penchant.Recorder({sink.url!r}, spool={str(spool)!r})\n"
        "except penchant.PenchantError as error:\n"
        "    print(error)\n"
    )
    for folder in [spool.parent, *spool.parent.parents][:3]:
        folder.chmod(0o755)

    assert "spool: cannot be written" in run(program).stdout


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "nowhere to spill": ({"when_full": "spill"}, "when_full"),
    "no path": ({"spool": 7}, "spool"),
    "small": ({"spool": "s", "spool_size": 1_000}, "spool_size"),
}


@pytest.mark.parametrize(("options", "field"), WRONG.values(), ids=WRONG)
def test_wrong_options_of_a_spool_are_refused(options: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidArgument) as raised:
        penchant.Recorder("http://127.0.0.1:1", **options)

    assert raised.value.field == field


def test_an_empty_file_of_a_process_killed_while_it_began_is_cleared_away(
    sink: Sink, spool: Path
) -> None:
    spool.mkdir()
    (spool / f"begun{SUFFIX}").touch()

    with penchant.Recorder(sink.url, spool=spool) as recorder:
        recorder.record("ann", "click")

    assert files(spool) == []


def test_what_cannot_be_opened_is_said_and_does_not_keep_others_from_being_sent(
    sink: Sink, spool: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ids = killed_after(3, spool)
    (spool / f"0{SUFFIX}").mkdir()

    with penchant.Recorder(sink.url, spool=spool) as recorder:
        ids.append(recorder.record("ann", "click"))
        assert recorder.flush()

    assert [event["id"] for event in sink.events] == ids
    assert [record.message.partition(":")[0] for record in caplog.records] == [
        "a file of events that wait cannot be read and stays"
    ]


def test_the_segment_of_another_user_does_not_keep_others_from_being_sent(sink: Sink) -> None:
    if os.getuid() != 0:
        pytest.skip("needs two users")
    with tempfile.TemporaryDirectory() as place:  # other users may not look into that of a test
        spool = Path(place) / "events.spool"
        killed_after(3, spool)
        Path(place).chmod(0o755)
        spool.chmod(0o777)
        program = (
            "import encodings.idna, os, penchant  # while this user may read them\n"
            "penchant.Recorder('http://127.0.0.1:1').close()\n"
            "os.setuid(65534)\n"
            f"recorder = penchant.Recorder({sink.url!r}, spool={str(spool)!r})\n"
            "recorder.record('bob', 'click')\n"
            "recorder.close()\n"
            "print(recorder.counts.stored)\n"
        )

        assert run(program).stdout == "1\n"
    assert [event["user"] for event in sink.events] == ["bob"]


@pytest.mark.parametrize("size", [1, 20, HEAD - 1])
def test_a_file_too_small_for_a_segment_is_left_alone(sink: Sink, spool: Path, size: int) -> None:
    spool.mkdir()
    other = spool / f"0{SUFFIX}"
    other.write_bytes(bytes(size))

    with penchant.Recorder(sink.url, spool=spool) as recorder:
        recorder.record("ann", "click")

    assert len(sink.events) == 1
    assert other.read_bytes() == bytes(size)


def test_a_folder_that_was_removed_is_made_again(sink: Sink, spool: Path) -> None:
    with penchant.Recorder(sink.url, spool=spool, interval=3600) as recorder:
        recorder.record("ann", "click")
        shutil.rmtree(spool)
        for _ in range(200):  # two files full of them
            recorder.record("ann", "click", text="x" * 8_000)

        assert len(files(spool)) > 0
    assert len(sink.events) == recorder.counts.stored == 201


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_fork_after_the_end_closes_no_file_of_the_application(spool: Path) -> None:
    program = (
        "import os, penchant\n"
        f"recorder = penchant.Recorder({NOBODY!r}, spool={str(spool)!r})\n"
        "recorder.record('ann', 'click')\n"
        "recorder.close(timeout=0.01)\n"
        "files = [os.open(os.devnull, os.O_RDONLY) for _ in range(20)]  # gets the numbers let go\n"
        "if (child := os.fork()) == 0:\n"
        "    for file in files:\n"
        "        os.fstat(file)\n"
        "    os._exit(7)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )

    assert run(program).stdout == "7\n"


def test_a_segment_is_adopted_by_one_only(spool: Path) -> None:
    spool.mkdir()
    path = spool / f"one{SUFFIX}"
    made = Segment.make(lambda: path, MIB)

    assert Segment.adopt(path) is None
    made.remove()
    assert Segment.adopt(path) is None
