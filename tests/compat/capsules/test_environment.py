"""The documented environment variables, and that nobody is touched who did not ask for them."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

import penchant
from penchant.compat.capsules.environment import POSTGRES, UNUSED, deployment
from penchant.core.errors import InvalidSettings
from penchant.io.stores.postgres_address import shown

DATABASE = {
    "POSTGRES_HOST": "db.internal",
    "POSTGRES_PORT": "5433",
    "POSTGRES_DB": "industry",
    "POSTGRES_USER": "ann@home",
    "POSTGRES_PASSWORD": "s/cr:t@1",
}
API = {"API_HOST": "0.0.0.0", "API_PORT": "9000", "API_WORKERS": "4"}


def test_the_variables_of_the_database_are_its_address() -> None:
    found = deployment(DATABASE | API)

    assert found.store == "postgresql://ann%40home:s%2Fcr%3At%401@db.internal:5433/industry"
    assert (found.host, found.port, found.processes) == ("0.0.0.0", 9000, 4)
    assert found.unused == ()


def test_a_password_is_not_shown() -> None:
    found = deployment(DATABASE)

    assert "s%2Fcr" not in repr(found) + shown(found.store)


def test_without_a_database_the_store_is_that_of_the_command_line() -> None:
    assert deployment({}).store == "./penchant-store"
    assert deployment({"PENCHANT_STORE": "taste"}).store == "taste"
    assert (deployment({}).host, deployment({}).port) == ("127.0.0.1", 8000)


def test_what_is_set_and_does_nothing_is_named() -> None:
    assert deployment(dict.fromkeys(UNUSED, "x") | {"REDIS_PASSWORD": ""}).unused == tuple(
        name for name in UNUSED if name != "REDIS_PASSWORD"
    )


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"API_PORT": "http"}, "API_PORT: expected a whole number from 1 to 65535, got 'http'"),
        ({"API_WORKERS": "0"}, "API_WORKERS: expected a whole number from 1 to 64, got '0'"),
        ({"POSTGRES_DB": "d", "POSTGRES_PORT": "99999"}, "POSTGRES_PORT: expected a whole number"),
        (
            {"POSTGRES_HOST": "h", "PENCHANT_STORE": "s"},
            "PENCHANT_STORE: names a store, and so doe",
        ),
        ({"POSTGRES_PASSWORD": "secret"}, "POSTGRES_PASSWORD: is set without POSTGRES_USER"),
    ],
)
def test_a_variable_that_cannot_be_used_is_refused(
    environment: dict[str, str], reason: str
) -> None:
    with pytest.raises(InvalidSettings, match=reason) as refused:
        deployment(environment)

    assert "secret" not in str(refused.value)


def test_who_does_not_ask_for_them_is_not_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (DATABASE | API | dict.fromkeys(UNUSED, "x")).items():
        monkeypatch.setenv(name, value)

    with penchant.open(tmp_path / "store", follow=False) as p:
        assert p.track("ann", "tap", id="e1") == "e1"


def test_the_program_refuses_what_cannot_be_used_and_shows_no_password() -> None:
    clean = {name: value for name, value in os.environ.items() if name not in POSTGRES}

    ended = subprocess.run(
        [sys.executable, "-m", "penchant.compat.capsules"],
        env={**clean, **DATABASE, "API_PORT": "http"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 2
    assert ended.stderr.startswith("penchant: API_PORT: expected a whole number")
    assert "s/cr" not in ended.stderr + ended.stdout


def test_the_program_listens_nowhere_but_here_without_keys(tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if name not in POSTGRES}

    ended = subprocess.run(
        [sys.executable, "-m", "penchant.compat.capsules"],
        env={
            **clean,
            **API,
            "API_WORKERS": "1",
            "PENCHANT_STORE": str(tmp_path / "store"),
            "REDIS_HOST": "cache",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 2
    assert "set and without effect: REDIS_HOST" in ended.stderr
    assert "0.0.0.0 can be reached from other machines" in ended.stderr


def test_the_application_of_the_environment_is_made_when_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = importlib.import_module("penchant.compat.capsules.bv_api")
    monkeypatch.setenv("API_PORT", "http")
    with pytest.raises(InvalidSettings, match="API_PORT"):
        _ = module.app
    with pytest.raises(AttributeError, match="no attribute 'ap'"):
        _ = module.ap

    monkeypatch.delenv("API_PORT")

    assert callable(module.app)
    del module.__dict__["app"]
