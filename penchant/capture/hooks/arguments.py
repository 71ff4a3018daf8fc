"""Arguments: a function of some of the arguments of a call, by their names."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from inspect import Parameter
from typing import Any

from penchant.capture.episodes import Episodes
from penchant.core.errors import InvalidArgument

_NAMED = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)


class Picked:
    """What ``picks`` makes of the arguments of ``function`` that it takes.

    ``name`` is what it stands for. Raises ``InvalidArgument`` where it takes what ``function`` has not.

    >>> def show(user, sku, *, zoom=1): ...
    >>> Picked("item", lambda sku, zoom: f"{sku}/{zoom}", show, Episodes()).of(("ann", "tea"), {})
    'tea/1'
    """

    __slots__ = ("_name", "_picks", "_said", "_wanted")

    def __init__(
        self, name: str, picks: Callable[..., Any], function: Callable[..., Any], said: Episodes
    ) -> None:
        self._name = name
        self._picks = picks
        self._said = said
        # Once here, as binding a signature at each call takes longer than recording it.
        places = list(inspect.signature(function).parameters.values())
        self._wanted = [self._place(parameter, places) for parameter in _parameters(name, picks)]

    def of(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What it makes of a call; ``None`` where it fails, or the call lacks an argument."""
        try:
            told = {}
            for name, place, default in self._wanted:
                if name in kwargs:
                    told[name] = kwargs[name]
                elif place < len(args):
                    told[name] = args[place]
                elif default is not Parameter.empty:
                    told[name] = default
                else:  # the call is about to fail for this
                    return None
            return self._picks(**told)
        except Exception as problem:  # noqa: BLE001  # the function is of the host
            self._said.begin(self._name, "%r failed, it is left out: %r", self._name, problem)
            return None

    def _place(self, parameter: Parameter, places: list[Parameter]) -> tuple[str, int, Any]:
        for place, one in enumerate(places):
            if one.name == parameter.name and one.kind not in (
                Parameter.VAR_POSITIONAL,
                Parameter.VAR_KEYWORD,
            ):
                if one.kind is Parameter.KEYWORD_ONLY:
                    place = _NOWHERE
                return one.name, place, one.default
        names = ", ".join(one.name for one in places) or "none"
        raise InvalidArgument(
            self._name,
            f"takes {parameter.name!r}, which is no argument of the function; it has {names}",
        )


_NOWHERE = 1 << 30  # no call has so many arguments


def _parameters(name: str, picks: Callable[..., Any]) -> list[Parameter]:
    try:
        parameters = list(inspect.signature(picks).parameters.values())
    except (TypeError, ValueError):
        raise InvalidArgument(
            name, "expected a function whose parameters have names, such as lambda sku: sku"
        ) from None
    for one in parameters:
        if one.kind not in _NAMED:
            raise InvalidArgument(
                name, f"takes {one}; expected names of arguments, such as lambda sku: sku"
            )
    return parameters
