"""Who is killed in the midst of work: server, importer, recorder's host, retirement, database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import penchant
from penchant.io.stores import open_store
from tests.kills.world import PATIENCE, Crowd, Outcome, Sent, counted, differing, event, verdict
from tests.servers.postgres import Postgres
from tests.whole.test_server import COMMAND, Served

ROOT = Path(__file__).parents[2]
ROWS = 12_000  # of an import
OLD = 12_000  # events that retire
RECORDED = 4_000  # events that a recorder's host records at most
Victim = Callable[[str, Path, int], Outcome]  # place, a folder to work in, seed


def server(place: str, work: Path, seed: int) -> Outcome:
    """Kill the server under load, start it again, send on, stop it."""
    rng = Random(seed)
    one = Served(place)
    address = [str(one.client.base_url)]
    crowd = Crowd(lambda: address[0], seed)
    crowd.start()
    try:
        for _ in range(2):
            crowd.wait_for(len(crowd.acknowledged) + rng.randint(1, 1_500))
            one.stop(signal.SIGKILL)
            one = Served(place)
            address[0] = str(one.client.base_url)
        crowd.wait_for(len(crowd.acknowledged) + 200)
    finally:
        crowd.stop()
        one.stop()
    return verdict(place, crowd.sent, crowd.acknowledged)


def importer(place: str, work: Path, seed: int) -> Outcome:
    """Kill an import, then let another one do all of it."""
    rng = Random(seed)
    sent = [event(f"row-{number}", rng) for number in range(ROWS)]
    log = work / "log.csv"
    log.write_text("id,user,kind,item\n" + "".join(",".join(row.values()) + "\n" for row in sent))
    command = [*COMMAND, "--store", place, "import", str(log), "--kind", "click"]
    store = open_store(place)
    enough = rng.randint(0, ROWS)
    killed = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while killed.poll() is None and store.count() < enough:
        pass
    killed.kill()
    killed.wait()
    there = {one.id for _, one in store.since(0, ROWS)}
    store.close()
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return verdict(place, sent, there | {one["id"] for one in sent})


def retirement(place: str, work: Path, seed: int) -> Outcome:
    """Kill ``penchant retire`` on a log of old events, then let another one do all of it."""
    rng = Random(seed)
    sent = [{**event(f"old-{number}", rng), "at": "2020-01-31T10:00:00Z"} for number in range(OLD)]
    with penchant.open(place, follow=False) as p:
        p.track_many(sent)
    archive = {"PENCHANT_ARCHIVE": str(work / "months")} if rng.random() < 0.5 else {}
    command = [*COMMAND, "--store", place, "retire"]
    environment = {**os.environ, **archive}
    store = open_store(place)
    few = rng.randint(0, OLD)
    killed = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    while killed.poll() is None and store.count() > few:
        pass
    killed.kill()
    killed.wait()
    store.close()
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    outcome = Outcome(OLD)
    with penchant.open(place, follow=False, archive=archive.get("PENCHANT_ARCHIVE")) as p:
        outcome.doubled = p.track_many(sent).accepted
        for user, count in Counter(one["user"] for one in sent).items():
            outcome.lost += max(count - counted(p, user), 0)
            outcome.doubled += max(counted(p, user) - count, 0)
        outcome.lost += OLD - p.stats()["events"]
        outcome.differing = differing(p)
    return outcome


def recorder(place: str, work: Path, seed: int) -> Outcome:
    """Kill a program that records with a spool; another one with that spool sends what is left."""
    rng = Random(seed)
    spool = work / "spool"
    host = subprocess.Popen(
        [sys.executable, "-m", "tests.kills.host", place, str(spool), str(seed)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert host.stdout is not None
    told = [host.stdout.readline() for _ in range(rng.randint(1, RECORDED))]
    host.kill()
    told += host.stdout.readlines()
    host.wait()
    host.stdout.close()
    acknowledged = {line.split()[0] for line in told if line.endswith("\n")}
    with penchant.Recorder(place, spool=spool) as other:
        assert other.flush(PATIENCE)
    return verdict(place, _recorded(place), acknowledged)


def _recorded(place: str) -> list[Sent]:
    """What is in the log, as it would be sent again."""
    store = open_store(place)
    logged = store.since(0, 2 * RECORDED)
    store.close()
    return [one.to_row() for _, one in logged]


def database(postgres: Postgres) -> Victim:
    """Kill PostgreSQL, every process of it, under the load of a server that stays, and start it again."""

    def kill(place: str, work: Path, seed: int) -> Outcome:
        rng = Random(seed)
        one = Served(place)
        crowd = Crowd(lambda: str(one.client.base_url), seed)
        crowd.start()
        try:
            for _ in range(2):
                crowd.wait_for(len(crowd.acknowledged) + rng.randint(1, 1_500))
                postgres.kill()
                postgres.start()
            crowd.wait_for(len(crowd.acknowledged) + 200)
        finally:
            crowd.stop()
            one.stop()
        return verdict(place, crowd.sent, crowd.acknowledged)

    return kill


VICTIMS: dict[str, Victim] = {
    "server": server,
    "importer": importer,
    "recorder host": recorder,
    "retirement": retirement,
}
