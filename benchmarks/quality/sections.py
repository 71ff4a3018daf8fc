"""Sections of benchmarks/QUALITY.md: each is written by the part that measures it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

PAGE = Path("benchmarks/QUALITY.md")


def replace(section: str) -> None:
    """Put a section, which begins with its ``## heading``, in the place of the one called alike."""
    heading = section.partition("\n")[0]
    pattern = re.compile(rf"^{re.escape(heading)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    text = PAGE.read_text()
    if pattern.search(text):
        text = pattern.sub(lambda _: f"{section.rstrip()}\n\n", text)
    else:
        text = f"{text.rstrip()}\n\n{section}"
    PAGE.write_text(text.rstrip() + "\n")


def commit() -> str:
    """The commit that is measured, in short."""
    told = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(told, capture_output=True, text=True, check=True).stdout.strip()
