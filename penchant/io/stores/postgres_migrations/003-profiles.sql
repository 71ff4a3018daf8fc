-- Profiles: the documented columns for people and SQL, the folded state beside them.

CREATE TABLE behavioral_vectors (
    user_id VARCHAR(255) COLLATE "C" PRIMARY KEY,
    computed_at TIMESTAMPTZ NOT NULL,
    version VARCHAR(20) DEFAULT '1.0',
    expertise_level VARCHAR(50),
    total_interactions INTEGER,
    total_sessions INTEGER,
    avg_session_duration_minutes FLOAT,
    usage_patterns JSONB,
    user_preferences JSONB,
    proficiency_indicators JSONB,
    adaptive_ux_config JSONB,
    created_at TIMESTAMPTZ DEFAULT NOW(),
    updated_at TIMESTAMPTZ DEFAULT NOW(),
    fingerprint TEXT NOT NULL,
    upto BIGINT NOT NULL,
    catalogue BIGINT NOT NULL,
    unknown BIGINT NOT NULL,
    body BYTEA NOT NULL
);
CREATE INDEX idx_bv_expertise ON behavioral_vectors (expertise_level);
CREATE INDEX idx_bv_computed_at ON behavioral_vectors (computed_at DESC);

-- One row a person and day (UTC): the last profile of that day.
CREATE TABLE bv_history (
    id SERIAL PRIMARY KEY,
    user_id VARCHAR(255) COLLATE "C" NOT NULL,
    computed_at TIMESTAMPTZ NOT NULL,
    expertise_level VARCHAR(50),
    total_interactions INTEGER,
    snapshot JSONB,
    created_at TIMESTAMPTZ DEFAULT NOW()
);
CREATE INDEX idx_bv_history_user ON bv_history (user_id, computed_at DESC);
CREATE UNIQUE INDEX bv_history_day
    ON bv_history (user_id, (CAST(computed_at AT TIME ZONE 'UTC' AS DATE)));

-- States of other scopes, such as what is known of everyone.
CREATE TABLE snapshots (
    scope TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT NOT NULL,
    upto BIGINT NOT NULL,
    catalogue BIGINT NOT NULL,
    unknown BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (scope, key)
);
