"""The pages of documented names: every name, path and variable stands on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from penchant.compat import capsules
from penchant.compat.capsules.environment import POSTGRES, UNUSED
from penchant.compat.capsules.http import OPERATIONS

PAGE = (Path(__file__).parents[2] / "docs" / "compat" / "capsules.md").read_text()


@pytest.mark.parametrize(
    "name",
    [
        *capsules.__all__,
        *(f"{operation.method} {operation.path}" for operation in OPERATIONS),
    ],
)
def test_a_name_and_a_path_have_a_row(name: str) -> None:
    assert f"| `{name}" in PAGE


@pytest.mark.parametrize("name", [*POSTGRES, *UNUSED, "API_HOST", "API_PORT", "API_WORKERS"])
def test_a_variable_stands_on_the_page(name: str) -> None:
    assert f"`{name}`" in PAGE
