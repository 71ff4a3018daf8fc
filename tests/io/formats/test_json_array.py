from __future__ import annotations

from pathlib import Path

import pytest

from penchant.io.formats.json_array import read
from penchant.io.formats.row import Options
from penchant.io.formats.source import opened


def refused(path: Path, content: bytes) -> list[bool]:
    """Row by row, whether it was refused."""
    (path / "rows.json").write_bytes(content)
    with opened(path / "rows.json") as source:
        return [row.fields is None for row in read(source, Options())]


@pytest.mark.parametrize(
    "content", [b'[{"a": 1}, {"a": 2},', b'[{"a": 1}, {"a": 2}', b'[{"a": 1}, {"a": 2}\n']
)
def test_an_array_that_breaks_off_between_two_values_is_refused_there(
    tmp_path: Path, content: bytes
) -> None:
    assert refused(tmp_path, content) == [False, False, True]


@pytest.mark.parametrize("content", [b"[", b"[" * 100_000])
def test_an_array_that_only_begins_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refused(tmp_path, content) == [True]


@pytest.mark.parametrize(
    "content",
    [b'[{"a": 1}, {"a": 2}]', b'\xef\xbb\xbf[ {"a": [1]},\n{"a": 2} ]\n', b'{"a": 1}{"a": 2}'],
)
def test_a_whole_array_is_read_without_refusals(tmp_path: Path, content: bytes) -> None:
    assert refused(tmp_path, content) == [False, False]
