from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.measure.fingerprint import LONGEST, VERSION, fingerprint, template

SAME = {
    "timeout after <number> s": (
        "timeout after 30 s",
        "timeout  after 1.5 s",
        "timeout after 7\ns",
    ),
    "no such table <text>": ("no such table 'orders'", 'no such table "x y"', "no such table `t1`"),
    "cannot open <path>": ("cannot open /etc/passwd", "cannot open ~/a.txt", r"cannot open C:\x\y"),
    "GET <url> failed": ("GET https://a.example/x?y=1 failed", "GET http://10.0.0.1:80 failed"),
    "job <hex> is gone": (
        "job 0xdeadBEEF is gone",
        "job 3f2504e0-4f89-11d3-9a0c-0305e82c3301 is gone",
        "job 9fceb02 is gone",
    ),
    "expired at <time>": ("expired at 2026-01-01T12:00:00Z", "expired at 2026-01-01 12:00:00,123"),
}


@pytest.mark.parametrize(("expected", "messages"), SAME.items())
def test_what_differs_in_details_alone_is_one_error(
    expected: str, messages: tuple[str, ...]
) -> None:
    assert {template(message) for message in messages} == {expected}
    assert len({fingerprint(message) for message in messages}) == 1


@pytest.mark.parametrize(
    "message",
    ["no such file", "can't open, won't close", "read/write error", "utf8 is not utf16", "decade"],
)
def test_words_stay_what_they_are(message: str) -> None:
    assert template(message) == message


def test_errors_of_two_sorts_have_two_fingerprints() -> None:
    assert fingerprint("no such table 'a'") != fingerprint("no such column 'a'")


def test_a_fingerprint_says_its_version_and_is_the_same_on_any_machine() -> None:
    assert VERSION == 1
    assert fingerprint("timeout after 30 s") == "1-ed9b99dce746"


@given(st.text(max_size=500))
def test_a_template_is_short_in_one_line_and_of_blanks_alone_empty(message: str) -> None:
    made = template(message)

    assert len(made) <= LONGEST
    assert made == " ".join(made.split())
    assert bool(made) == bool(message[: 4 * LONGEST].strip())
    assert fingerprint(message) == fingerprint(message)


def test_hardly_any_message_takes_long() -> None:
    for sign in ("'", "/", "1", "a", "0x", "-", "~/", '"', "1.", "a-"):
        assert len(template(sign * 9_000)) <= LONGEST
