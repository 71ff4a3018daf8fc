"""Ownership: an archive belongs to one store, which has its mark; another neither adds nor deletes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from penchant.core.errors import StoreIncompatible
from penchant.core.ports import SaveSnapshots, Snapshot, Store

if TYPE_CHECKING:
    from penchant.io.stores.archive import Archive

SCOPE, KEY = "archive", "owner"  # of the snapshot whose fingerprint is the mark


def take(store: Store, archive: Archive) -> None:
    """Make the archive the store's, unless it is already. Only for whoever is alone in it.

    Raises ``StoreIncompatible`` where it holds the events of another store.
    """
    mark, held = _mark(store), archive.owner()
    if mark is not None and mark == held:
        return
    retired = store.retired()
    is_anothers = mark is not None and held is not None
    if not archive.is_empty() and (is_anothers or retired.left == retired.upto):
        raise StoreIncompatible(
            f"the archive {archive.folder} holds the events of another store; name a folder of its "
            "own in the setting 'archive'"
        )
    mark = mark or held or uuid4().hex
    store.commit([SaveSnapshots([Snapshot(SCOPE, KEY, mark, 0, 0, 0, b"")])])
    archive.claim(mark)


def check_whole(store: Store, archive: Archive) -> None:
    """Raise ``StoreIncompatible`` where the archive lacks events that left the log."""
    while True:
        retired = store.retired()
        try:
            archive.check(retired.upto, retired.left)
        except StoreIncompatible:
            if store.retired() == retired:
                raise
        else:
            return


def is_ours(store: Store, archive: Archive) -> bool:
    """Whether the store has taken the archive."""
    mark = _mark(store)
    return mark is not None and mark == archive.owner()


def _mark(store: Store) -> str | None:
    found = store.load(SCOPE, KEY)
    return None if found is None else found.fingerprint
