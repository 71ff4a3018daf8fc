"""Options: the documented constants of a monitor, which are its defaults here."""

from __future__ import annotations

DATA_DIR = "~/.local/share/penchant/interactions"  # the folder of the store, its key and its spool
RETENTION_DAYS = 90  # days until events leave the log
ANONYMIZE_DATA = True  # users are known by pseudonyms
COLLECT_PII = False  # texts are kept as they are, not scrubbed
BATCH_SIZE = 100  # events stored at once
FLUSH_INTERVAL_SECONDS = 60  # seconds until fewer are
BUFFER_SIZE = 1_000  # events that wait in memory where the spool cannot be written
