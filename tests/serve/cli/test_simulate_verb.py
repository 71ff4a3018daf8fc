"""penchant simulate and penchant demo, as typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import penchant
from penchant.serve.cli import main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_the_stream_is_json_lines_that_the_store_accepts() -> None:
    result = run("simulate", "--users", "5", "--events", "200")
    events = [json.loads(line) for line in result.output.splitlines()]

    with penchant.open(":memory:", follow=False) as p:
        receipt = p.track_many(events)

    assert len(events) == receipt.accepted == 200


def test_the_same_seed_prints_the_same_bytes() -> None:
    first, second = (run("simulate", "--events", "100", "--seed", "4") for _ in range(2))

    assert first.output == second.output != run("simulate", "--events", "100").output


def test_events_and_catalogue_go_to_files(tmp_path: Path) -> None:
    events, items = tmp_path / "events.jsonl", tmp_path / "items.jsonl"

    run("simulate", "--days", "2", "--output", str(events), "--catalogue", str(items))

    assert events.read_text().count("\n") > 100
    assert items.read_text().count("\n") == 300


def test_a_store_is_filled_and_filling_it_again_adds_nothing(tmp_path: Path) -> None:
    asked = ("simulate", "--events", "500", "--into", str(tmp_path / "store"), "--json")

    first, second = json.loads(run(*asked).output), json.loads(run(*asked).output)

    assert (first["accepted"], second["accepted"]) == (500, 0)


def test_a_loop_in_which_little_happens_compares_or_says_so() -> None:
    asked = ("simulate", "--closed-loop", "--users", "2", "--items", "1", "--days", "6")

    results = [run(*asked, "--seed", str(seed)) for seed in range(4)]

    assert {result.exit_code for result in results} == {0, 2}
    for result in results:
        said = "percentage points" if result.exit_code == 0 else "nobody comes in that time"
        assert said in result.output


def test_the_closed_loop_compares_policies() -> None:
    asked = ("simulate", "--closed-loop", "--users", "20", "--days", "6")

    text, told = run(*asked).output, json.loads(run(*asked, "--json").output)

    assert list(told["policies"]) == ["random", "popularity", "penchant"]
    assert "clicks per exposure" in text
    better = told["penchant_over_popularity"]
    assert better["low"] <= better["mean"] <= better["high"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--start", "tomorrow"), "--start"),
        (("--closed-loop", "--events", "5"), "--closed-loop"),
        (("--into", "a", "--output", "b"), "--into"),
        (("--users", "0"), "--users"),
        (("--days", "x"), "--days"),
    ],
)
def test_wrong_use_is_named_and_answers_2(arguments: tuple[str, ...], named: str) -> None:
    result = run("simulate", *arguments)

    assert result.exit_code == 2
    assert named in result.output


def test_a_file_that_cannot_be_written_answers_1(tmp_path: Path) -> None:
    result = run("simulate", "--events", "5", "--output", str(tmp_path / "no" / "such.jsonl"))

    assert result.exit_code == 1
    assert "cannot write" in result.output


def test_the_demo_ends_without_a_terminal(tmp_path: Path) -> None:
    folder = str(tmp_path / "demo")

    result = run("demo", "--folder", folder, "--users", "30", "--items", "100", "--days", "6")

    assert result.exit_code == 0
    assert "6. To try next" in result.output


def test_the_demo_says_no_to_a_folder_of_somebody_else(tmp_path: Path) -> None:
    result = run("demo", "--folder", str(tmp_path), "--no-serve")

    assert result.exit_code == 2
    assert "not made by the demo" in result.output
