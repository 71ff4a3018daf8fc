"""Plugs: operations that other packages, and the folder of documented names, add to the server."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from importlib.metadata import EntryPoint, entry_points

from penchant.serve.http.call import Operation

log = logging.getLogger("penchant.http")

GROUP = "penchant.http"


def joined(
    native: Sequence[Operation], plugs: Sequence[EntryPoint] | None = None
) -> tuple[Operation, ...]:
    """The server's own operations, then those of the plugs: entry points of ``penchant.http``.

    Each names a sequence of operations. A method of a path that is there already stays as it is. A plug
    whose module is not there is left out, and said so in the log; any other fault of it is raised.
    """
    found = entry_points(group=GROUP) if plugs is None else plugs
    operations = list(native)
    taken = {(operation.method, operation.path) for operation in native}
    for plug in sorted(found, key=lambda plug: plug.name):
        for operation in _loaded(plug):
            if (operation.method, operation.path) not in taken:
                taken.add((operation.method, operation.path))
                operations.append(operation)
    return tuple(operations)


def _loaded(plug: EntryPoint) -> Iterator[Operation]:
    try:
        operations = plug.load()
    except ModuleNotFoundError as error:
        if error.name is None or not f"{plug.module}.".startswith(f"{error.name}."):
            raise
        log.warning("the operations of %r are not served: %s is not there", plug.name, error.name)
        return
    yield from operations
