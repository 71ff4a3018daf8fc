"""Outcome: how something ended that may have ended with an exception."""

from __future__ import annotations


def failure_of(error: BaseException | None) -> str | None:
    """The name of the type of an exception; ``None`` where nothing failed.

    A generator that was closed early has not failed, nor has a program that exits with 0. What the
    exception says is left out: it may hold what users typed.

    >>> failure_of(KeyError("ann@example.org")), failure_of(SystemExit(0)), failure_of(None)
    ('KeyError', None, None)
    """
    if error is None or isinstance(error, GeneratorExit) or exit_code(error) == 0:
        return None
    return type(error).__name__


def exit_code(error: BaseException | None) -> int:
    """The code with which a program ends that ends with it, as Python and click have it.

    >>> exit_code(None), exit_code(SystemExit(3)), exit_code(SystemExit("no file")), exit_code(OSError())
    (0, 3, 1, 1)
    """
    if error is None:
        return 0
    told = error.code if isinstance(error, SystemExit) else getattr(error, "exit_code", 1)
    if told is None:
        return 0
    return told if isinstance(told, int) else 1
