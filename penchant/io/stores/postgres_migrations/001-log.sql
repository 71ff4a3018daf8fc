-- The log. Text is compared by code point (COLLATE "C"), whatever the database's own order is.

CREATE TABLE interaction_events (
    event_id TEXT COLLATE "C" NOT NULL,
    timestamp TIMESTAMPTZ NOT NULL,
    event_type VARCHAR(50) COLLATE "C" NOT NULL,
    severity VARCHAR(20) DEFAULT 'info',
    user_id VARCHAR(255) COLLATE "C" NOT NULL,
    session_id VARCHAR(255) COLLATE "C",
    device_id VARCHAR(255),
    device_type VARCHAR(50),
    capsule_id VARCHAR(255) COLLATE "C",
    capsule_type VARCHAR(50),
    capsule_category VARCHAR(100),
    interaction_target VARCHAR(50),
    action_id VARCHAR(255),
    component_id VARCHAR(255),
    duration_ms INTEGER,
    time_since_last_interaction_ms INTEGER,
    interaction_data JSONB,
    success BOOLEAN DEFAULT TRUE,
    error_message TEXT,
    context JSONB,
    created_at TIMESTAMPTZ DEFAULT NOW(),
    log_position BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (event_id, timestamp)
) PARTITION BY RANGE (timestamp);

CREATE INDEX idx_events_user_timestamp ON interaction_events (user_id, timestamp DESC);
CREATE INDEX idx_events_session ON interaction_events (session_id, log_position)
    WHERE session_id IS NOT NULL;
CREATE INDEX idx_events_capsule ON interaction_events (capsule_id) WHERE capsule_id IS NOT NULL;
CREATE INDEX idx_events_type ON interaction_events (event_type);
CREATE INDEX idx_events_position ON interaction_events (log_position);
CREATE INDEX idx_events_user_position ON interaction_events (user_id, log_position);

COMMENT ON COLUMN interaction_events.body IS
    'The event as penchant reads it (MessagePack). The other columns are for people and SQL.';

-- One row, locked by every commit before anything else: commits follow one another, so that
-- positions become visible in their order.
CREATE TABLE log_state (
    one BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (one),
    version BIGINT NOT NULL,
    last_position BIGINT NOT NULL,
    catalogue_change BIGINT NOT NULL
) WITH (fillfactor = 10);
INSERT INTO log_state (version, last_position, catalogue_change) VALUES (0, 0, 0);

-- The partitions, each with the highest position in it: who reads on from a position looks only
-- into those that go beyond it.
CREATE TABLE log_months (
    starts TIMESTAMPTZ PRIMARY KEY,
    ends TIMESTAMPTZ NOT NULL,
    last_position BIGINT NOT NULL DEFAULT 0
) WITH (fillfactor = 10);

-- Every id that was ever accepted, whatever the time of its event.
CREATE TABLE event_ids (event_id TEXT COLLATE "C" PRIMARY KEY);

CREATE TABLE log_users (user_id VARCHAR(255) COLLATE "C" PRIMARY KEY);

-- Events from before the first month, two years ago, share one partition.
DO $$
DECLARE
    border TIMESTAMPTZ :=
        date_trunc('month', now() AT TIME ZONE 'UTC' - INTERVAL '2 years') AT TIME ZONE 'UTC';
BEGIN
    CREATE TABLE interaction_events_before (LIKE interaction_events INCLUDING ALL);
    EXECUTE format(
        'ALTER TABLE interaction_events ATTACH PARTITION interaction_events_before '
        'FOR VALUES FROM (MINVALUE) TO (%L)', border);
    INSERT INTO log_months (starts, ends) VALUES ('-infinity', border);
END $$;
