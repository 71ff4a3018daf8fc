from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from penchant.core.errors import InvalidSettings
from penchant.serve.http.application import OPERATIONS
from penchant.serve.http.keys import parse

if TYPE_CHECKING:
    from tests.serve.http.conftest import Client

WRITE, READ, ADMIN = "writewritewrite1", "readreadreadread", "adminadminadmin1"
KEYS = f"shop:write:{WRITE},board:read:{READ},root:admin:{ADMIN}"
EVENT = {"user": "ann", "kind": "click"}


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


@pytest.mark.parametrize(
    ("secret", "may_write", "may_read"),
    [(WRITE, 202, 403), (READ, 403, 200), (ADMIN, 202, 200), ("nobodynobodynobo", 401, 401)],
)
def test_a_key_opens_what_its_scope_says(
    serving: Callable[..., Client], secret: str, may_write: int, may_read: int
) -> None:
    client = serving(keys=KEYS)

    wrote = client("POST", "/v1/events", json=EVENT, headers=bearer(secret))
    read = client("GET", "/v1/users/ann", headers=bearer(secret))

    assert (wrote.status_code, read.status_code) == (may_write, may_read)


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer ", f"Basic {READ}", READ])
def test_without_a_proper_key_the_way_in_is_told(serving: Callable[..., Client], sent: str) -> None:
    answer = serving(keys=KEYS)("GET", "/v1/stats", headers={"authorization": sent})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="penchant"'


def test_every_path_but_the_open_ones_asks_for_a_key(serving: Callable[..., Client]) -> None:
    client = serving(keys=KEYS)
    free = set()

    for operation in OPERATIONS:
        if client(operation.method, operation.path).status_code != 401:
            free.add(operation.path)

    assert free == {"/", "/health", "/ready", "/openapi.json", "/docs"}


def test_a_read_key_cannot_log_exposures(serving: Callable[..., Client]) -> None:
    client = serving(keys=KEYS)
    url = "/v1/users/ann/recommendations"

    assert client("POST", url, json={"shown": True}, headers=bearer(READ)).status_code == 403
    assert client("POST", url, json={"shown": False}, headers=bearer(READ)).status_code == 200
    assert client("POST", url, json={"shown": True}, headers=bearer(ADMIN)).status_code == 200


def test_every_call_of_a_batch_needs_its_own_scope(serving: Callable[..., Client]) -> None:
    calls = [
        {"method": "POST", "path": "/v1/events", "body": EVENT},
        {"method": "GET", "path": "/v1/users/ann"},
    ]

    answers = serving(keys=KEYS)("POST", "/v1/batch", json=calls, headers=bearer(READ)).json()

    assert [answer["status"] for answer in answers] == [403, 200]


@pytest.mark.parametrize("host", ["evil.example", "10.0.0.1", "127.0.0.1.evil.example"])
def test_without_keys_only_this_machine_is_served_under_its_own_names(
    serving: Callable[..., Client], host: str
) -> None:
    client = serving()

    direct = serving(host=host)("GET", "/health")
    rebound = client("GET", "/health", headers={"host": host})

    assert (direct.status_code, rebound.status_code) == (403, 403)


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "LOCALHOST"])
def test_without_keys_this_machine_needs_none(client: Client, host: str) -> None:
    assert client("GET", "/v1/stats", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("hush-hush-hush-hush", "entry 1 is not of the form name:scope:secret"),
        ("a:read:", "entry 1 is not of the form name:scope:secret"),
        (f"a:read:{READ},b:hush-hush-hush:x", "entry 2 has no scope; expected one of write, read,"),
        ("a:read:hush", "the secret of entry 1 is not made of 16 or more visible ASCII characters"),
        (f"a:read:{READ}ü", "the secret of entry 1 is not made of 16 or more visible ASCII"),
        (f"a:read:{READ},a:write:{WRITE}", "the name 'a' is given to two keys"),
    ],
)
def test_a_wrong_key_setting_is_refused_without_telling_the_secret(
    setting: str, reason: str
) -> None:
    with pytest.raises(InvalidSettings) as caught:
        parse(setting)

    assert str(caught.value).startswith(f"keys: {reason}")
    assert "hush" not in str(caught.value)
    assert READ not in str(caught.value)


def test_a_key_does_not_show_its_secret() -> None:
    assert READ not in repr(parse(KEYS))
