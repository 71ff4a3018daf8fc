"""What there is to look up is on the pages: kinds, errors, verbs, fields, readings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import signature
from pathlib import Path

import pytest

from penchant.capture.counts import Counts
from penchant.capture.recorder import Recorder
from penchant.core import errors as errors_module
from penchant.core.errors import PenchantError
from penchant.core.event import WIRE_FIELDS
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.features import features
from penchant.serve.cli import main
from penchant.serve.configuration import read_kinds

DOCS = Path(__file__).parents[2] / "docs"
KINDS = read_kinds(":memory:", "general").declared.values()


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text()


def errors(root: type[PenchantError]) -> Iterator[type[PenchantError]]:
    yield root
    for one in root.__subclasses__():
        if one.__module__ == root.__module__:
            yield from errors(one)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_stands_on_its_page_with_its_weight(kind: Kind) -> None:
    rows = [row for row in page("kinds").splitlines() if row.startswith(f"| `{kind.name}` |")]

    assert rows
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert float(cells[1]) == kind.weight
        assert cells[2] == kind.group
        assert cells[3] == ", ".join(f"`{alias}`" for alias in kind.aliases)


@pytest.mark.parametrize("error", list(errors(PenchantError)), ids=lambda error: error.__name__)
def test_an_error_stands_on_its_page_and_in_the_tree(error: type[PenchantError]) -> None:
    assert f"| `{error.__name__}` |" in page("errors")
    assert f" {error.__name__}" in f" {errors_module.__doc__}".replace("\n", " ")


@pytest.mark.parametrize("name", [*WIRE_FIELDS, *Item.__struct_fields__])
def test_a_field_stands_on_the_page_of_events_and_items(name: str) -> None:
    assert f"`{name}`" in page("events")


@pytest.mark.parametrize("name", [feature.name for feature in features()])
def test_a_reading_stands_on_the_page_of_events(name: str) -> None:
    assert f"`{name}`" in page("events")


@pytest.mark.parametrize(
    "name", [*list(signature(Recorder).parameters), *Counts.__dataclass_fields__]
)
def test_an_option_and_a_count_stand_on_the_page_of_the_recorder(name: str) -> None:
    assert re.search(rf"`{name}\b", page("recorder"))


@pytest.mark.parametrize("verb", sorted(main.list_commands(None)))  # type: ignore[arg-type]  # no context is needed
def test_a_verb_stands_on_the_page_of_the_command_line(verb: str) -> None:
    assert f"`{verb}`" in page("command-line").split("```")[0]
