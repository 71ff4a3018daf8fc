"""The page of the architecture: every file stands on it, and nothing that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import penchant

PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"
PACKAGE = Path(penchant.__file__).parent
_DRAWING = re.compile(r"```\npenchant/.*?```", re.S)
_FLOOR = re.compile(r"^  (\w+)/ +\d +.*? {2,}([^(\n]+(?:\n {10,}\S.*)*)", re.MULTILINE)
_ROOM = re.compile(r"^\| `(\w+/\w+)/` \| ((?!a ).*) \|$", re.MULTILINE)


def examples(page: Path) -> Iterator[re.Match[str]]:
    """What is compared here of a page."""
    if page == PAGE:
        yield from _DRAWING.finditer(page.read_text())


def parts(folder: Path) -> set[str]:
    """What a folder holds, folders with a slash."""
    files = {path.stem for path in folder.glob("[a-z]*.py")}
    return files | {f"{path.parent.name}/" for path in folder.glob("*/__init__.py")}


def test_the_drawing_names_every_file_and_only_what_is_there() -> None:
    (drawing,) = examples(PAGE)
    drawn = {floor[1]: set(re.findall(r"\w+/?", floor[2])) for floor in _FLOOR.finditer(drawing[0])}

    assert {f"{name}/" for name in drawn} == {name for name in parts(PACKAGE) if "/" in name}
    for name, words in drawn.items():
        assert words == parts(PACKAGE / name)


def test_a_room_of_several_files_names_them_all() -> None:
    rooms = _ROOM.findall(PAGE.read_text())

    assert len(rooms) == 5
    for folder, row in rooms:
        assert set(re.findall(r"`(\w+)`", row)) == parts(PACKAGE / folder)
