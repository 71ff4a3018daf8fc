"""The page of the monitor: every name and every option stands on it."""

from __future__ import annotations

import re
from inspect import signature
from pathlib import Path

import pytest

from penchant.compat import monitor
from penchant.compat.monitor import InteractionMonitor, options

PAGE = (Path(__file__).parents[3] / "docs" / "compat" / "monitor.md").read_text()


@pytest.mark.parametrize("name", monitor.__all__)
def test_a_name_stands_on_the_page(name: str) -> None:
    assert re.search(rf"\b{name}\b", PAGE)


@pytest.mark.parametrize(
    "name", [name for name in signature(InteractionMonitor).parameters if name != "clock"]
)
def test_an_option_stands_on_the_page(name: str) -> None:
    assert f"`{name}" in PAGE


@pytest.mark.parametrize(
    "name",
    ["RETENTION_DAYS", "ANONYMIZE_DATA", "COLLECT_PII", "BATCH_SIZE", "FLUSH_INTERVAL_SECONDS"],
)
def test_a_constant_stands_on_the_page_with_its_value(name: str) -> None:
    assert f"`{name} = {getattr(options, name)}`" in PAGE
