"""Whatever happens in whatever order: each event is stored, rejected, dropped, or waits, and counts once."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from penchant.capture.buffer import Buffer, Queue
from penchant.capture.counts import Tally
from penchant.capture.episodes import Episodes
from penchant.capture.last_resort import LastResort
from penchant.capture.pace import Pace
from penchant.capture.records import FIELDS, FORMAT, dumps
from penchant.capture.segment import SUFFIX
from penchant.capture.shipping import Shipping
from penchant.capture.spool import Spool
from penchant.capture.target import Refused, Unavailable, Unfit

MIB = 1024 * 1024


class Scripted:
    """A target that answers as it is told, and then takes everything."""

    address = "here"

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.stored: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    def prepare(self, fields: dict[str, Any]) -> str:
        return str(fields["id"])

    def send(self, events: Sequence[str]) -> list[Refused]:
        answer = self.answers.pop() if self.answers else "take"
        if answer == "away":
            raise Unavailable("is away")
        if answer == "large":
            raise Unfit("is too large")
        places = range(0, len(events), 3) if answer == "refuse" else range(0)
        for place, id in enumerate(events):
            (self.refused if place in places else self.stored)[id] += 1
        return [Refused(place, "kind", "no") for place in places]

    def abort(self) -> None:
        """Nothing is under way between two calls."""

    def close(self) -> None:
        """Nothing is open."""


class Course:
    """A queue and what ships from it, without a thread."""

    def __init__(self, target: Scripted, queue: str, folder: Path, capacity: int) -> None:
        self.tally = Tally()
        self.queue: Queue
        if queue == "memory":
            self.queue = Buffer(capacity, self.tally, _said, waits=False)
        elif queue == "left":
            self.queue = LastResort(
                folder, capacity, self.tally, _said, _failed, waits=False, size=MIB
            )
        else:
            self.queue = Spool(
                folder, self.tally, _said, _failed, _rung, _failed,
                capacity=capacity, spills=queue == "spill", waits=False, size=MIB, batch=7,
            )  # fmt: skip
        self.queue.prepare()
        self.queue.adopt()
        self.shipping = Shipping(
            self.queue, target, self.tally, Pace(), Episodes(),
            clock=lambda: 1, batch_size=min(7, max(capacity // 2, 1)), interval=1.0,
        )  # fmt: skip

    def finish(self) -> None:
        """Send everything, also what others left."""
        more = True
        while more:
            more = self.queue.adopt()
            self.shipping.round(everything=True)


def _said(lost: int) -> None:
    """The test counts by itself."""


def _rung() -> None:
    """There is no thread to wake."""


def _failed(error: OSError | None) -> None:
    assert error is None


ANSWERS = st.lists(st.sampled_from(["take", "away", "large", "refuse"]), max_size=5)
STEPS = st.lists(
    st.tuples(st.just("record"), st.integers(1, 40))
    | st.tuples(st.just("bad"), st.integers(1, 5))
    | st.tuples(st.just("ship"), ANSWERS)
    | st.tuples(st.just("restart"), st.none()),
    max_size=30,
)


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as place:
        yield Path(place) / "events.spool"


@given(st.sampled_from(["memory", "left", "drop", "spill"]), st.integers(1, 60), STEPS)
def test_each_event_counts_once(queue: str, capacity: int, steps: list[tuple[str, Any]]) -> None:
    target = Scripted()
    captured = lost = 0
    ended: list[Tally] = []
    with folder() as place:
        course = Course(target, queue, place, capacity)
        for step, told in steps:
            if step in ("record", "bad"):
                for _ in range(told):
                    user = "ann" if step == "record" else ""
                    course.queue.put(record(f"{step}-{captured}", user))
                    captured += 1
                    # What is under way stays, and so does what was left.
                    most = max(capacity, 2)
                    assert queue in ("left", "spill") or len(course.queue) <= most
            elif step == "ship":
                target.answers = list(told)
                course.shipping.round(everything=True)
            else:  # the process ends, and another begins
                lost += course.queue.close()
                ended.append(course.tally)
                course = Course(target, queue, place, capacity)
        target.answers = []
        course.finish()
        ended.append(course.tally)

        stored, rejected, dropped = (
            sum(getattr(tally, name) for tally in ended)
            for name in ("stored", "rejected", "dropped")
        )
        assert captured == stored + rejected + dropped + lost
        assert stored == target.stored.total()
        assert max([*target.stored.values(), *target.refused.values(), 1]) == 1
        assert not target.stored.keys() & target.refused.keys()
        assert all(id.startswith("record") for id in target.stored)
        assert course.queue.close() == 0
        assert list(place.glob(f"*{SUFFIX}")) == []


def record(id: str, user: str) -> bytes:
    return dumps((id, 0, user, "click", *[None] * (len(FIELDS) - 2)), FORMAT)
