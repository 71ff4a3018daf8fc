"""Configuration: files and environment of a store, read once when it is opened."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from penchant.core import kinds
from penchant.core.errors import InvalidSettings
from penchant.core.kinds import Kinds
from penchant.core.settings import Settings, settings
from penchant.io.stores import MEMORY
from penchant.io.stores.postgres_address import is_postgres
from penchant.io.system import path_of

SETTINGS_FILE = "penchant.toml"
KINDS_FILE = "kinds.toml"
CONFIG = "PENCHANT_CONFIG"  # the folder of these files for a store that is no folder


def read_settings(place: str | Path, arguments: Mapping[str, Any]) -> Settings:
    """The settings in force for a store: its ``penchant.toml``, ``PENCHANT_*``, the arguments."""
    return settings(_table(place, SETTINGS_FILE), os.environ, arguments)


def read_kinds(place: str | Path, preset: str) -> Kinds:
    """The kinds of a preset, with those that the ``kinds.toml`` beside the store declares."""
    shipped = kinds.parse((files("penchant.core") / KINDS_FILE).read_text("utf-8"), KINDS_FILE)
    path = _file(place, KINDS_FILE)
    own = kinds.parse(_read(path), str(path)) if path is not None else None
    return kinds.load(shipped, preset, own)


def _table(place: str | Path, name: str) -> Mapping[str, Any]:
    path = _file(place, name)
    if path is None:
        return {}
    try:
        return tomllib.loads(_read(path))
    except tomllib.TOMLDecodeError as error:
        raise InvalidSettings(str(path), f"not valid TOML: {error}") from None


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSettings(str(path), f"cannot be read as UTF-8 text: {error}") from None


def _file(place: str | Path, name: str) -> Path | None:
    if place == MEMORY:
        return None
    if is_postgres(place):
        folder = os.environ.get(CONFIG)
        if not folder:
            return None
        path = path_of(CONFIG, folder) / name
    else:
        path = path_of("store", place) / name
    return path if os.path.isfile(path) else None
