"""Numbers of an XLSX file, without a library: a sheet's rows as text by column."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def rows(path: Path, sheet: int) -> list[dict[str, str]]:
    """Rows of the sheet of that number, from 1, each as {column letter: value}."""
    with ZipFile(path) as book:
        shared = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        texts = ["".join(one.itertext()) for one in shared.iter(f"{_MAIN}si")]
        page = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml"))
    return [
        {
            re.sub(r"\d", "", cell.attrib["r"]): _text(cell, texts)
            for cell in row.iter(f"{_MAIN}c")
            if cell.find(f"{_MAIN}v") is not None
        }
        for row in page.iter(f"{_MAIN}row")
    ]


def _text(cell: ElementTree.Element, texts: list[str]) -> str:
    value = cell.find(f"{_MAIN}v")
    text = "" if value is None or value.text is None else value.text
    return texts[int(text)] if cell.attrib.get("t") == "s" else text
