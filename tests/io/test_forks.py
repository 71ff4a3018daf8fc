"""Forks of a process that has a store open: what the child may do, what the parent keeps."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import penchant
from penchant.io.stores import MEMORY

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")

OPEN = """
import os, sys, threading
import penchant
from penchant.core.errors import StoreUnavailable

p = penchant.open(sys.argv[1])
p.track("ann", "click", "tea", id="before", durable=True)
ann, session = p.user("ann"), p.session("s")
"""
CALLS = """
calls = [
    lambda: p.track("ann", "click", "tea"),
    lambda: p.track_many([{"user": "ann", "kind": "click"}]),
    lambda: p.item("tea"),
    lambda: p.put_items([{"id": "tea"}]),
    lambda: p.find_item("tea"),
    lambda: p.remove_item("tea"),
    lambda: p.trending(),
    lambda: p.similar("tea"),
    lambda: p.next(["tea"]),
    lambda: p.stats(),
    lambda: p.flush(),
    lambda: p.rebuild(),
    lambda: p.check(),
    lambda: p.export("-"),
    lambda: ann.profile(),
    lambda: ann.recommend(),
    lambda: ann.rank(["tea"]),
    lambda: ann.next(),
    lambda: ann.explain("tea"),
    lambda: ann.rate("tea"),
    lambda: ann.history(),
    lambda: ann.set(role="cook"),
    lambda: session.recommend(),
    lambda: session.events(),
]
"""
EVERY_CALL = f"""{OPEN}{CALLS}
pid = os.fork()
if pid == 0:
    told = []
    for call in calls:
        try:
            call()
        except StoreUnavailable as error:
            told.append("was opened before this process was forked off; open it again" in str(error))
    p.close()
    print(told == [True] * len(calls), flush=True)
    sys.exit()
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
p.track("ann", "click", "tea", id="after")
assert len(ann.history()) == 2
"""
AT_ONCE = f"""{OPEN}
def busy():
    while not over.is_set():
        p.user("ann").history(1)
        p.track("bob", "click", "tea", durable=True)

over = threading.Event()
threads = [threading.Thread(target=busy) for _ in range(3)]
for thread in threads:
    thread.start()
for number in range(20):
    pid = os.fork()
    if pid == 0:
        with penchant.open(sys.argv[1], follow=False) as again:
            again.track("ann", "click", "tea", id=f"child {{number}}", durable=True)
        sys.exit()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
over.set()
for thread in threads:
    thread.join()
p.close()
print(True)
"""
OUTLIVED = f"""{OPEN}
heard, say = os.pipe()
pid = os.fork()
if pid == 0:
    os.close(say)
    again = penchant.open(sys.argv[1])
    again.track("ann", "click", "tea", id="with the parent", durable=True)
    os.read(heard, 1)  # until the parent has closed
    again.track("ann", "click", "tea", id="without", durable=True)
    os._exit(0)
p.close()
os.close(say)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
print(True)
"""


durable = pytest.mark.parametrize("place", ["sqlite", "postgres"], indirect=True)


def run(program: str, place: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, place],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout.strip()


def ids(place: str) -> list[str]:
    with penchant.open(place, follow=False) as p:
        return [event.id for event in p.user("ann").history(1_000)][::-1]


def test_in_a_child_every_call_says_to_open_again_and_the_parent_goes_on(place: str) -> None:
    assert run(EVERY_CALL, place) == "True"

    if place != MEMORY:
        assert ids(place) == ["before", "after"]


@durable
def test_a_child_opens_again_while_the_parent_writes_and_reads(place: str) -> None:
    assert run(AT_ONCE, place) == "True"

    assert ids(place) == ["before", *[f"child {number}" for number in range(20)]]


@durable
def test_what_a_child_commits_stays_when_the_parent_closes(place: str) -> None:
    assert run(OUTLIVED, place) == "True"

    assert ids(place) == ["before", "with the parent", "without"]
