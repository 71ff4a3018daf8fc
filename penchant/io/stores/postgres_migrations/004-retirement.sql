-- What has left the log: up to `left_log` events are not read any more, up to `retired` they are
-- gone for good, the latest of them from `retired_until` (microseconds since 1970 UTC).

ALTER TABLE log_state
    ADD COLUMN retired BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN retired_until BIGINT NOT NULL DEFAULT -2208988800000000,
    ADD COLUMN left_log BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN months_dropped BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN latest_swept TEXT COLLATE "C";

-- Of the ids of events that are gone, or archived, their digests: enough to refuse them for ever.
CREATE TABLE swept (digest BYTEA PRIMARY KEY);

-- What retired events taught: the one thing that cannot be folded again.
CREATE TABLE bases (
    scope TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    stands_for BIGINT NOT NULL,
    fingerprint TEXT NOT NULL,
    upto BIGINT NOT NULL,
    catalogue BIGINT NOT NULL,
    unknown BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (scope, key, stands_for)
);
