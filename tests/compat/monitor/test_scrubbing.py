"""Scrubbing: what is taken out of texts, and what stays."""

from __future__ import annotations

from time import process_time

import pytest

from penchant.compat.monitor.scrubbing import scrubbed, without


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("mail ann.b+c@mail.example.org now", "mail [email] now"),
        ("mail a@b@mail.example.org", "mail a@[email]"),
        ("login --db-password_secret=hunter2", "login --db-password_secret=[secret]"),
        ("login --password hunter2 --fast", "login --password [secret] --fast"),
        ("login --password='two words' x", "login --password=[secret] x"),
        ('{"api_key": "abc", "n": 1}', '{"api_key": [secret], "n": 1}'),
        ("GET /a?access_token=abc&n=1", "GET /a?access_token=[secret]&n=1"),
        ("clone https://ann:hunter2@host/x", "clone https://[secret]@host/x"),
        ("open /home/ann/notes.txt", "open /home/[user]/notes.txt"),
        (r"open C:\Users\ann\notes.txt", r"open C:\Users\[user]\notes.txt"),
        ("ping 192.168.0.17 -c 3", "ping [address] -c 3"),
        ("call +49 170 1234567", "call [number]"),
        ("card 4111-1111-1111-1111", "card [number]"),
    ],
)
def test_what_looks_like_a_person_or_a_secret_is_taken_out(text: str, left: str) -> None:
    assert scrubbed(text) == left
    assert scrubbed(left) == left


@pytest.mark.parametrize(
    "text",
    [
        "status",
        "git commit -m 'fix'",
        "report 2025-12-15 10:30:45",
        "report --since 2025-12-15T10:30:45.123456Z",
        "version 1.2.3",
        "run job-20251215103045",
        "12345678",
        "",
    ],
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert scrubbed(text) == text


def test_a_map_is_scrubbed_all_the_way_down() -> None:
    told = {"a": ["x@example.org", 1, None], "b": {"c": ("y@example.org",)}, "d": True}

    assert without(told, scrubbed) == {
        "a": ["[email]", 1, None],
        "b": {"c": ["[email]"]},
        "d": True,
    }


@pytest.mark.parametrize(
    "part", ["x", "1", "a-", "a.", "1.", "_", "a@", "a+", "token ", "token=", "://a:", " "]
)
def test_a_long_text_costs_milliseconds_and_not_its_square(part: str) -> None:
    text = part * (32_000 // len(part))
    began = process_time()

    scrubbed(text)

    assert process_time() - began < 3  # squared it were 40 s
