"""Refusals: the rows an import could not take, each with its reason, in a file of their own."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import msgspec

from penchant.core.errors import StoreUnavailable

EXAMPLES = 5
REASONS = 1_000  # different reasons counted apart


class Refusals:
    """Counts refused rows and, given a path, writes each as a line of JSON.

    The file is made with the first of them: an import that refuses nothing leaves none.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.count = 0
        self.reasons: Counter[tuple[str, str]] = Counter()
        self.examples: list[dict[str, Any]] = []
        self._file: BinaryIO | None = None

    def add(self, number: int, field: str, reason: str, raw: Any) -> None:
        """Refuse one row."""
        self.count += 1
        if (field, reason) in self.reasons or len(self.reasons) < REASONS:
            self.reasons[field, reason] += 1
        told = {"row": number, "field": field, "reason": reason, "raw": raw}
        if len(self.examples) < EXAMPLES:
            self.examples.append(told)
        if self.path is not None:
            self._write(told, self.path)

    def written(self) -> str | None:
        """Where the refused rows are; ``None`` where nothing was refused or nothing is kept."""
        return str(self.path) if self._file is not None else None

    def _write(self, told: dict[str, Any], path: Path) -> None:
        try:
            if self._file is None:
                self._file = open(path, "wb")  # noqa: SIM115  # closed by __exit__
            self._file.write(msgspec.json.encode(told, enc_hook=str) + b"\n")
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> StoreUnavailable:
        return StoreUnavailable(
            f"refused rows cannot be written to {self.path}: {error.strerror}; name another place "
            "with --refused FILE"
        )

    def __enter__(self) -> Refusals:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if self._file is not None:
                self._file.close()
        except OSError as problem:  # what was still to be written
            if error is None:
                raise self._unwritable(problem) from problem


def beside(source: str) -> Path:
    """Where refused rows go unless told: beside the source, or here where that cannot be written."""
    if source == "-":
        return Path("stdin.refused.jsonl")
    path = Path(source).expanduser()
    name = f"{path.name.removesuffix('.gz')}.refused.jsonl"
    return path.parent / name if os.access(path.parent, os.W_OK) else Path(name)
