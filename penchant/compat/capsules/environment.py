"""The documented environment: what its variables mean for a server of penchant.

Read by ``python -m penchant.compat.capsules`` and by ``bv_api:app`` alone: who does not ask for it is not
touched by variables that other programs use as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from penchant.compat.capsules.places import FOLDER, STORE
from penchant.core.errors import InvalidSettings

POSTGRES = (
    "POSTGRES_HOST",
    "POSTGRES_PORT",
    "POSTGRES_DB",
    "POSTGRES_USER",
    "POSTGRES_PASSWORD",
)
# Understood, and without effect: nothing is sent there, and nothing runs by them.
UNUSED = (
    "REDIS_HOST",
    "REDIS_PORT",
    "REDIS_DB",
    "REDIS_PASSWORD",
    "KAFKA_BOOTSTRAP_SERVERS",
    "KAFKA_TOPIC_EVENTS",
    "KAFKA_TOPIC_BV",
    "MONITORING_ENABLED",
    "MONITORING_INTERVAL_SECONDS",
    "ALERT_EMAIL",
)


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where the store is and where to listen; ``unused`` are variables that are set and do nothing."""

    store: str = field(repr=False)  # may hold a password
    host: str
    port: int
    processes: int
    unused: tuple[str, ...]


def deployment(environment: Mapping[str, str]) -> Deployment:
    """What the variables ask for. Raises ``InvalidSettings`` naming the variable at fault, not its value
    where that is secret.

    >>> found = deployment({"POSTGRES_HOST": "db", "POSTGRES_DB": "capsules", "API_PORT": "9000"})
    >>> found.store, found.host, found.port, found.processes
    ('postgresql://db:5432/capsules', '127.0.0.1', 9000, 1)
    """
    return Deployment(
        store=_store(environment),
        host=environment.get("API_HOST") or "127.0.0.1",
        port=_number(environment, "API_PORT", 8_000, 65_535),
        processes=_number(environment, "API_WORKERS", 1, 64),
        unused=tuple(name for name in UNUSED if environment.get(name)),
    )


def _store(environment: Mapping[str, str]) -> str:
    if not any(environment.get(name) for name in POSTGRES):
        return environment.get(STORE) or FOLDER
    if environment.get(STORE):
        raise InvalidSettings(STORE, "names a store, and so does POSTGRES_HOST; unset one of them")
    host = environment.get("POSTGRES_HOST") or "localhost"
    port = _number(environment, "POSTGRES_PORT", 5_432, 65_535)
    database, user, password = (environment.get(name) or "" for name in POSTGRES[2:])
    if password and not user:
        raise InvalidSettings("POSTGRES_PASSWORD", "is set without POSTGRES_USER; name the user")
    account = quote(user, safe="") + (f":{quote(password, safe='')}" if password else "")
    at = f"{account}@" if account else ""
    return f"postgresql://{at}{quote(host, safe='')}:{port}/{quote(database, safe='')}"


def _number(environment: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = environment.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= most):
        raise InvalidSettings(name, f"expected a whole number from 1 to {most}, got {text!r:.40}")
    return int(text)
