"""Verbs: what they print for people and programs, and their exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

import penchant
import penchant.serve.cli
from penchant.core.errors import InvalidArgument
from penchant.serve.cli import VERBS, main
from penchant.serve.cli.rules import where_of

AT = "2026-01-01T10:00:00Z"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PENCHANT_STORE", raising=False)


@pytest.fixture
def filled(elsewhere: None) -> None:
    """A store at the default place: two people, three items."""
    with penchant.open("penchant-store", follow=False) as p:
        p.item("tea", title="Green tea", category="drink", tags=["hot"], price=3)
        p.item("cups", title="Cups", category="ware", price=9)
        for number, (user, item) in enumerate(
            [("ann", "tea"), ("ann", "cups"), ("bob", "tea"), ("bob", "pot")]
        ):
            p.track(user, "purchase", item, id=f"e{number}", at=AT)


def run(*words: str) -> Result:
    result = CliRunner().invoke(main, words, prog_name="penchant")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def told(*words: str) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_has_help_and_json(verb: str) -> None:
    result = run(verb, "--help")

    assert result.exit_code == 0
    command = main.get_command(click.Context(main), verb)
    assert command is not None
    assert any("--json" in option.opts for option in command.params)


@pytest.mark.parametrize(
    "words",
    [
        "alerts", "check", "doctor ann", "explain ann tea", "export all.jsonl", "history ann",
        "import log.csv", "patterns", "patterns ann", "profile ann --next 3", "profile ann",
        "rebuild --processes 1", "recommend ann", "similar tea",
        "simulate --events 2", "simulate --into shop --events 2", "stats", "track ann click",
        "trending", "demo --users 20 --items 30 --days 4 --no-serve", "serve --port 0",
    ],
)  # fmt: skip
def test_every_verb_tells_programs_in_json(
    filled: None, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    Path("log.csv").write_text("user,kind,at\nann,view,2026-01-01\n")
    monkeypatch.setattr("penchant.serve.http.run.serve", lambda engine, listener: listener.close())

    result = run(*words.split(), "--json")

    assert (result.exit_code, result.stderr) == (0, "")
    assert [json.loads(line) for line in result.stdout.splitlines()]


def test_the_help_lists_the_verbs_there_are() -> None:
    files = Path(penchant.serve.cli.__file__).parent.glob("*_verb.py")

    shown = run("--help").stdout.split("Verbs:")[1]

    there = {path.stem.removesuffix("_verb") for path in files}
    assert (
        there == set(VERBS) == {line.split()[0] for line in shown.splitlines() if line[2:3] > " "}
    )


def test_help_imports_no_verb() -> None:
    code = (
        "import sys\nfrom penchant.serve.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'rich', 'msgspec', 'sqlite3', 'penchant.serve.engine'} & sys.modules.keys()\n"
        "sys.exit(', '.join(heavy) or 0)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert "doctor" in done.stdout


READING = ["profile ann", "recommend ann", "similar tea", "history ann", "stats", "doctor",
           "export all.jsonl", "rebuild", "check"]  # fmt: skip


@pytest.mark.parametrize("words", READING)
def test_reading_from_no_store_says_so_and_makes_none(words: str, tmp_path: Path) -> None:
    result = run("--store", "nowhere", *words.split())

    assert result.exit_code == 1
    assert result.stderr == (
        "penchant: there is no store at nowhere; fill one with 'penchant import' or "
        "'penchant track', or name another with --store\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "code", "answer"),
    [
        ("recommend ann 0", 2, "count: expected a whole number from 1 to 500, got 0"),
        ("recommend ann --seen hid", 2,
         "seen: expected one of hide, keep, fade, got 'hid'; closest is 'hide'"),
        ("recommend ann --where drink", 2,
         "where: 'drink' is no rule; expected FIELD=VALUE|VALUE, FIELD<=5 or FIELD>=5"),
        ("recommend ann --where price<=low", 2, "where.price: expected a number, got 'low'"),
        ("similar teapot", 1, "no item 'teapot': neither the catalogue nor an event names it"),
        ("history ann 0", 2, "limit: expected 1 to 10000, got 0"),
        ("profile ann --at noon", 2,
         "at: 'noon' is no time; expected RFC 3339 such as 2026-01-31T09:30:00Z, a date, "
         "or an epoch number"),
        ("track ann click --at noon", 1,
         "at: 'noon' is no time; expected RFC 3339 such as 2026-01-31T09:30:00Z, a date, "
         "or an epoch number"),
        ("track ann click --data [1]", 2,
         "data: expected a JSON object, got '[1]': Expected `object`, got `array`"),
        ("import none.csv", 2, "source: there is no file 'none.csv'"),
        ("export all.jsonl --format xml", 2, "format: 'xml' is none of jsonl, parquet"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_line_and_an_exit_code(
    filled: None, words: str, code: int, answer: str
) -> None:
    result = run(*words.split())

    assert (result.exit_code, result.stderr) == (code, f"penchant: {answer}\n")


@pytest.mark.parametrize(
    "words",
    [
        "profil ann",
        "profile",
        "profile ann --ux --next 2",
        "recommend ann many",
        "track ann",
        "export a --items --events",
    ],
)
def test_wrong_use_is_exit_code_2(filled: None, words: str) -> None:
    assert run(*words.split()).exit_code == 2


HALF = "a\udcff"  # what a shell hands over for a byte that is no UTF-8


@pytest.mark.parametrize(
    ("words", "argument"),
    [
        (("profile", HALF), "user"),
        (("history", "ann", "--kind", HALF), "kind"),
        (("explain", "ann", HALF), "item"),
        (("similar", HALF), "item"),
        (("trending", "--where", f"category={HALF}"), "where.category"),
        (("track", "ann", "click", "--data", f'{{"a": "{HALF}"}}'), "data"),
        (("doctor", HALF), "user"),
    ],
)
def test_a_name_that_is_no_text_is_wrong_use_and_says_which(
    filled: None, words: tuple[str, ...], argument: str
) -> None:
    result = run(*words)

    assert result.exit_code == 2
    assert result.stderr.startswith(f"penchant: {argument}: ")


def test_a_path_that_is_not_utf_8_is_told_as_json_too(filled: None) -> None:
    assert told("export", HALF)["path"] == HALF
    assert told("--store", f"{HALF}.store", "import", HALF)["accepted"] == 4


def test_a_wrong_setting_is_exit_code_2(filled: None) -> None:
    Path("penchant-store/penchant.toml").write_text("zon = 'UTC'")

    result = run("stats")

    assert result.exit_code == 2
    assert "zon: no such setting in penchant.toml; closest is 'zone'" in result.stderr


def test_an_event_is_tracked_once(elsewhere: None) -> None:
    words = ["track", "ann", "rating", "tea", "--value", "4", "--at", AT, "--id", "e1"]
    context = ["--context", '{"device": "ios"}']

    first, again = told(*words, *context), told(*words, *context)

    assert first == {"id": "e1", "accepted": 1, "duplicates": 0}
    assert again == {"id": "e1", "accepted": 0, "duplicates": 1}
    assert told("history", "ann") == [
        {"id": "e1", "user": "ann", "kind": "rating", "at": AT, "item": "tea", "value": 4.0,
         "context": {"device": "ios"}}
    ]  # fmt: skip


def test_a_store_is_named_by_option_or_environment(
    filled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENCHANT_STORE", "nowhere")

    assert run("stats").exit_code == 1
    assert run("--store", "penchant-store", "stats").exit_code == 0


def test_reading_verbs_answer_as_the_python_surface_does(filled: None) -> None:
    assert told("profile", "ann")["readings"]["activity"]["value"]["events"] == 2
    assert (
        told("profile", "ann", "--at", "2025-01-01")["readings"]["activity"]["value"]["events"] == 0
    )
    assert [choice["item"] for choice in told("recommend", "ann", "--seen", "hide")["items"]] == [
        "pot"
    ]
    only = told(
        "recommend", "ann", "--seen", "keep", "--where", "price<=5", "--where", "category=drink"
    )
    assert [choice["item"] for choice in only["items"]] == ["tea"]
    assert {choice["item"] for choice in told("similar", "tea")["items"]} == {"cups", "pot"}
    assert told("stats")["kinds"] == {"purchase": 4}
    assert told("profile", "ann", "--ux")["settings"]["layout"]["source"] == "default"
    assert told("check")["passed"] is True
    assert told("rebuild", "--processes", "1")["events"] == 4


def test_people_get_tables_without_control_signs(filled: None) -> None:
    assert run("history", "ann").stdout.splitlines()[0].split() == ["at", "kind", "item"]
    assert "Green tea" in run("recommend", "ann", "--seen", "keep").stdout
    assert "purchase       4" in run("stats").stdout
    assert run("profile", "ann", "--ux").stdout.splitlines()[1].split()[:3] == [
        "layout",
        "standard",
        "default",
    ]
    assert run("check").stdout == "replay equals live: 2 users and the population\n"
    assert "\x1b" not in run("profile", "ann").stdout


def test_statistics_of_a_window_say_which_hours_they_cover(elsewhere: None) -> None:
    run("track", "ann", "command", "--data", "{}", "--at", "2025-01-06T10:00:00Z")
    run("track", "bob", "click")

    shown = run("stats", "--window", "3600").stdout

    assert shown.startswith("1 event from 20")
    assert "about 1 person did something, 1 in the last hour, 1 in the last day" in shown
    assert "click" in shown
    assert "command" not in shown
    assert told("stats", "--window", "3600")["events"] == 1
    assert run("stats", "--window", "0").exit_code == 2


def test_statistics_show_outcomes_commands_and_errors(elsewhere: None) -> None:
    Path("log.jsonl").write_text(
        '{"user": "ann", "kind": "command", "text": "ls -l", "success": true, "duration_ms": 5}\n'
        '{"user": "ann", "kind": "command", "text": "rm x", "error": "no such file"}\n'
    )
    run("import", "log.jsonl")

    shown = run("stats").stdout

    assert "50.0% of 2 outcomes were successes" in shown
    assert "5.0 ms each in the mean" in shown
    assert "no such file" in shown


def test_who_gets_nothing_is_told_to_ask_the_doctor_about_them() -> None:
    run("track", "ann", "purchase", "tea")

    assert run("recommend", "ann").stdout == "nothing to offer; 'penchant doctor USER' says why\n"
    assert "'ann' knows every item already" in run("doctor", "ann").stdout


@pytest.mark.parametrize(
    ("told", "way_out"),
    [
        (
            "stats --store shop",
            "Error: --store stands before the verb: penchant --store PLACE VERB",
        ),
        ("recommend --store=shop ann", "Error: --store stands before the verb"),
        ("--json stats", "Error: --json stands behind the verb: penchant VERB --json"),
    ],
)
def test_an_option_in_the_wrong_place_is_told_where_it_stands(told: str, way_out: str) -> None:
    result = CliRunner().invoke(main, told.split())

    assert result.exit_code == 2
    assert way_out in result.stderr


def test_long_times_are_shown_as_whole_numbers(filled: None) -> None:
    run("track", "eve", "click", "tea", "--at", "2025-01-06T10:00:00Z")
    run("track", "eve", "click", "tea", "--at", "2025-01-06T10:20:34.5Z")

    shown = run("profile", "eve").stdout

    assert "  mean_seconds  1,234\n" in shown


def test_how_tastes_went_is_shown_by_the_latest_periods_and_names(elsewhere: None) -> None:
    for month in range(1, 9):
        item = ("--data", '{"category": "tea\\u001b[31m", "tags": []}')
        run("track", "eve", "click", "x", *item, "--at", f"2025-0{month}-06T10:00:00Z")

    lines = run("profile", "eve", "--at", "2025-08-07").stdout.splitlines()
    start = lines.index("  ten_days")

    assert lines[start + 1] == "    from 2025-07-31, events 1, shares (tea [31m 1)"
    assert [line.split(",")[0] for line in lines[start + 5 : start + 8]] == [
        "    from 2025-07-01",
        "    from 2025-04-01",
        "    from 2025-01-01",
    ]
    assert "    name tea [31m, share 1" in lines


def test_somebody_unknown_gets_words(filled: None) -> None:
    assert "no event names this user" in run("profile", "zed").stdout
    assert run("history", "zed").stdout == "no events; 'penchant doctor USER' says more\n"


def test_import_and_export_go_through_pipes(filled: None) -> None:
    exported = run("export", "-")
    result = CliRunner().invoke(
        main, ["--store", "other", "import", "-", "--json"], input=exported.stdout
    )

    assert json.loads(result.stdout)["accepted"] == 4
    assert run("--store", "other", "check").exit_code == 0


def test_a_dry_run_and_a_missing_file_make_no_store(tmp_path: Path) -> None:
    Path("log.csv").write_text("user,kind\nann,click\n")

    assert told("import", "log.csv", "--dry-run")["events"] == 1
    assert run("import", "none.csv").exit_code == 2
    assert [entry.name for entry in tmp_path.iterdir()] == ["log.csv"]


def test_where_rules_become_filters() -> None:
    assert where_of([]) is None
    assert where_of(["tags=a|b", "price>=2", "price<=5", "category=x=y"]) == {
        "tags": ["a", "b"],
        "price": {"min": 2.0, "max": 5.0},
        "category": "x=y",
    }


@pytest.mark.parametrize(
    ("rules", "answer"),
    [
        (["price"], "'price' is no rule; expected FIELD=VALUE|VALUE, FIELD<=5 or FIELD>=5"),
        (["price>=2", "price=3"], "'price' is given a value and a border; give one"),
        (["price=3", "price>=2"], "'price' is given a value and a border; give one"),
        (["tags=a", "tags=b"], "'tags' is given twice; tags=A|B is either"),
        (["price>=2", "price>=3"], "price>= is given twice; give one"),
    ],
)
def test_a_rule_that_would_take_the_place_of_another_is_refused(
    rules: list[str], answer: str
) -> None:
    with pytest.raises(InvalidArgument) as refused:
        where_of(rules)

    assert refused.value.reason == answer


def test_a_filter_on_a_field_that_no_item_has_says_so(filled: None) -> None:
    assert run("recommend", "eve", "--where", "prize=3").stdout == (
        "nothing to offer: --where prize: no item has a 'prize' in the catalogue\n"
    )


def test_a_filter_that_nothing_passes_is_named(filled: None) -> None:
    assert run("trending", "--where", "price>=100").stdout == (
        "nothing to offer: no item that people touch passes --where 'price>=100'\n"
    )


def test_similar_without_a_neighbour_says_why(filled: None) -> None:
    run("track", "eve", "purchase", "kettle", "--at", AT)

    assert "nothing is known to go with it yet" in run("similar", "kettle").stdout


def test_explain_prints_the_reasons_that_sum_to_the_score(filled: None) -> None:
    choice = told("explain", "eve", "tea")

    assert choice["score"] > 0
    assert sum(reason["share"] for reason in choice["why"]) == pytest.approx(choice["score"])
    assert run("explain", "eve", "tea").stdout.startswith(f"tea for eve: {choice['score']:.3f}\n")


def test_explain_of_a_reading_tells_the_events_it_comes_from(filled: None) -> None:
    explanation = told("explain", "ann", "--reading", "items")

    assert explanation["changing"] == len(explanation["because"]) > 0
    assert run("explain", "ann", "--reading", "items").stdout.count("\n") == 1 + len(
        explanation["because"]
    )


@pytest.mark.parametrize("named", [(), ("tea", "--reading", "items")])
def test_explain_takes_an_item_or_a_reading(filled: None, named: tuple[str, ...]) -> None:
    result = run("explain", "ann", *named)

    assert result.exit_code == 2
    assert "name an item, or a reading with --reading" in result.stderr


def test_a_reading_that_there_is_not_is_refused_with_those_there_are(filled: None) -> None:
    result = run("explain", "ann", "--reading", "intrests")

    assert result.exit_code == 2
    assert "closest is 'interests'" in result.stderr


def test_a_profile_says_what_is_not_known_and_what_it_is_learned_from(filled: None) -> None:
    shown = run("profile", "ann").stdout

    missing = shown.partition("not known yet, and what it is learned from\n")[2]
    assert "outcomes      events with success or error\n" in missing
    assert "items" not in [line.split()[0] for line in missing.splitlines()]


def test_explain_of_an_item_without_evidence_says_so(filled: None) -> None:
    assert "nothing speaks for it" in run("explain", "eve", "unheard").stdout


def test_trending_lists_what_is_touched_most_first(filled: None) -> None:
    assert told("trending", "1")["items"][0]["item"] == "tea"


def test_an_unknown_verb_is_answered_with_the_closest(elsewhere: None) -> None:
    result = run("recomend", "ann")

    assert result.exit_code == 2
    assert "There is no verb 'recomend'; closest is 'recommend'." in result.stderr


def test_an_import_names_the_kinds_that_nobody_declared(elsewhere: None, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("user,kind\nann,kauf\nann,click\n")

    assert "kinds nobody declared, each of weight 0.1: kauf;" in run("import", "log.csv").stdout


def test_a_server_with_keys_that_cannot_be_used_does_not_start(
    filled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENCHANT_KEYS", "shop")

    result = run("serve", "--port", "0")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "penchant: keys: entry 1 is not of the form name:scope:secret\n"


def test_the_environment_says_where_the_server_listens(
    elsewhere: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENCHANT_HOST", "no.such.host.invalid")

    named = run("serve")
    monkeypatch.setenv("PENCHANT_PORT", "many")
    wrong = run("serve")

    assert (named.exit_code, wrong.exit_code) == (2, 2)
    assert "keys: no.such.host.invalid can be reached from other machines" in named.stderr
    assert "Invalid value for '--port'" in wrong.stderr


def test_what_comes_next_is_told_with_its_reasons(filled: None) -> None:
    found = told("profile", "ann", "--next", "3")

    assert [one["action"] for one in found] == ["purchase"]
    assert "purchase" in run("profile", "ann", "--next", "3").stdout
    assert "own_latest" in run("profile", "ann", "--next", "3").stdout


def test_patterns_are_told_of_everyone_a_role_and_a_person(filled: None) -> None:
    with penchant.open("penchant-store", follow=False) as p:
        for number in range(60):
            p.track("ann", "command", text=("make", "test", "ls")[number % 3], at=AT,
                    context={"role": "cook"})  # fmt: skip

    for words in ((), ("ann",), ("--role", "cook")):
        assert ["make", "test"] in [one["actions"] for one in told("patterns", *words)]
        assert "after 'make' comes 'test'" in run("patterns", *words).stdout
    assert told("patterns", "--role", "waiter") == told("patterns", "bob") == []
    assert "no pattern" in run("patterns", "bob").stdout
    assert len(told("patterns", "--documented")) > len(told("patterns"))
    assert told("patterns", "--min", "100") == []
    assert run("patterns", "--min", "1").exit_code == 2
    assert run("patterns", "ann", "--role", "cook").exit_code == 2


def test_alerts_are_told_in_words_and_of_one_level(filled: None) -> None:
    assert "no alert" in run("alerts").stdout
    with penchant.open("penchant-store", follow=False) as p:
        for _ in range(30):
            p.track("ann", "click", "tea", error="no such table")

    assert "30 of 30 events" in run("alerts").stdout
    assert [one["what"] for one in told("alerts", "--level", "critical")] == ["errors"]
    assert told("alerts", "--level", "warning") == []
    assert run("alerts", "--limit", "0").exit_code == 2
