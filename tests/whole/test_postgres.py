"""A store in PostgreSQL as people run it: verbs, the server while the database is away, nothing shown."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.servers.postgres import PASSWORD, Postgres
from tests.whole.test_server import COMMAND, Served

AT = "2026-01-01T10:00:00Z"


def penchant(place: str, *words: str) -> str:
    """What a verb prints; nobody may see the password."""
    done = subprocess.run(
        [*COMMAND, *words],
        capture_output=True,
        text=True,
        env={**os.environ, "PENCHANT_STORE": place},
    )
    assert PASSWORD not in done.stdout + done.stderr
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_verb_works_on_a_database(database: str, tmp_path: Path) -> None:
    catalogue, log = tmp_path / "items.csv", tmp_path / "log.csv"
    catalogue.write_text("id,title,category\ntea,Green tea,drink\ncups,Cups,ware\n")
    log.write_text(
        "user,kind,item,at\n"
        + "".join(f"u{n % 5},purchase,{('tea', 'cups')[n % 2]},{AT}\n" for n in range(20))
    )

    penchant(database, "import", str(catalogue), "--items")
    penchant(database, "import", str(log))
    penchant(database, "track", "u1", "click", "tea", "--at", AT)
    told = json.loads(penchant(database, "stats", "--json"))
    history = json.loads(penchant(database, "history", "u1", "--json"))
    slate = json.loads(penchant(database, "recommend", "new", "--json"))
    rebuilt = json.loads(penchant(database, "rebuild", "--processes", "2", "--json"))
    checked = json.loads(penchant(database, "check", "--json"))
    findings = json.loads(penchant(database, "doctor", "u1", "--json"))
    penchant(database, "export", str(tmp_path / "all.jsonl"))

    assert told["events"] == 21
    assert len(history) == 5
    assert {choice["item"] for choice in slate["items"]} == {"tea", "cups"}
    assert (rebuilt["users"], rebuilt["events"], rebuilt["processes"]) == (5, 21, 2)
    assert checked["passed"]
    assert findings == {"findings": []}
    assert len((tmp_path / "all.jsonl").read_text().splitlines()) >= 23


def test_an_export_of_a_database_is_the_same_store_in_another(
    database: str, server: Postgres, tmp_path: Path
) -> None:
    other = server.url()
    log = tmp_path / "log.jsonl"
    log.write_text(
        "".join(
            json.dumps({"user": f"u{n % 3}", "kind": "click", "item": f"i{n}", "at": AT}) + "\n"
            for n in range(30)
        )
    )
    penchant(database, "import", str(log))

    penchant(database, "export", str(tmp_path / "one.jsonl"))
    penchant(other, "import", str(tmp_path / "one.jsonl"))
    penchant(other, "export", str(tmp_path / "two.jsonl"))

    assert (tmp_path / "one.jsonl").read_text() == (tmp_path / "two.jsonl").read_text()


def test_while_the_database_is_away_nothing_is_acknowledged_and_then_it_goes_on(
    server: Postgres,
) -> None:
    served = Served(server.url())
    try:
        assert PASSWORD not in served.line
        served.send({"id": "before", "user": "ann", "kind": "click", "item": "tea"})

        server.stop()
        refused = served.client.post("/v1/events", json={"id": "r", "user": "ann", "kind": "click"})
        unread = served.client.get("/v1/users/ann")
        server.start()

        for answer in (refused, unread):
            assert (answer.status_code, answer.headers["retry-after"] != "") == (503, True)
            assert PASSWORD not in answer.text
        events = served.get("/v1/users/ann/events")["events"]
        assert [event["id"] for event in events] == ["before"]
        assert served.send({"id": "after", "user": "ann", "kind": "click"})["accepted"] == 1
        code, errors = served.stop()
        assert code == 0
        assert PASSWORD not in errors
    finally:
        if served.process.poll() is None:
            served.process.kill()
            served.process.communicate()


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="no command lines to look at")
def test_processes_of_a_server_show_no_password_on_their_command_lines(database: str) -> None:
    served = Served(database, "--processes", "2")
    try:
        with httpx.Client(base_url=served.client.base_url) as client:
            assert client.get("/health").status_code == 200
        children = subprocess.run(
            ["ps", "-o", "args", "--ppid", str(served.process.pid)], capture_output=True, text=True
        ).stdout

        assert "multiprocessing" in children
        assert PASSWORD not in children
        assert served.stop() == (0, "")
    finally:
        if served.process.poll() is None:
            served.process.kill()
            served.process.communicate()
