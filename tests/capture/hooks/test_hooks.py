"""The folder of hooks: what importing them brings along, and what they are called."""

from __future__ import annotations

import subprocess
import sys

import pytest

from penchant.capture import hooks

_IMPORTED = """
import sys
from importlib import import_module
from pathlib import Path
import penchant.capture.hooks as hooks
for file in Path(hooks.__file__).parent.glob("[a-z]*.py"):
    import_module(f"penchant.capture.hooks.{file.stem}")
import penchant.capture.recorder
tops = {name.partition(".")[0] for name in sys.modules}
print(sorted(tops - set(sys.stdlib_module_names) - {"penchant", "__main__", "sitecustomize"}))
print(sorted(name for name in sys.modules if name.startswith("penchant.")
             and name.split(".")[1] not in ("capture", "core", "version")))
"""


def test_importing_every_hook_imports_the_standard_library_and_the_core_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-c", _IMPORTED], capture_output=True, text=True, timeout=60
    )

    assert (done.stdout, done.stderr) == ("[]\n[]\n", "")


@pytest.mark.parametrize("name", hooks.__all__)
def test_every_name_is_there_and_is_what_it_is_called(name: str) -> None:
    assert getattr(hooks, name).__name__ == name


def test_another_name_is_not_there() -> None:
    with pytest.raises(AttributeError, match="'FastAPIHook'"):
        _ = hooks.FastAPIHook
