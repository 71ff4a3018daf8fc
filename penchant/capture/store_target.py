"""A store as a target: the shipping thread opens it and appends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from penchant.capture.target import Refused, Unavailable
from penchant.core.errors import PenchantError, QueueFull, StoreUnavailable

if TYPE_CHECKING:
    import penchant


class StoreTarget:
    """A folder, or another place that ``penchant.open`` knows. It is opened when first needed."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._open: penchant.Penchant | None = None

    def prepare(self, fields: dict[str, Any]) -> dict[str, Any]:
        return fields

    def send(self, events: Sequence[dict[str, Any]]) -> list[Refused]:
        """Append the events, durably. Raises ``Unavailable`` while the store is."""
        try:
            receipt = self._opened().track_many(events)
        except QueueFull as error:
            raise Unavailable(str(error), after=error.retry_after) from None
        except StoreUnavailable as error:
            self.close()
            raise Unavailable(str(error)) from None
        except (PenchantError, ImportError) as error:
            self.close()
            raise Unavailable(str(error), mend=True) from None
        return [Refused(one.index, one.field, one.reason) for one in receipt.rejected]

    def abort(self) -> None:
        """A commit is not ended half way."""

    def close(self) -> None:
        open, self._open = self._open, None
        if open is not None:
            open.close()

    def _opened(self) -> penchant.Penchant:
        if self._open is None:
            import penchant  # here, as the floors above are no part of capturing

            self._open = penchant.open(self._place, follow=False)
        return self._open
