-- Items and their versions.

CREATE TABLE catalogue_items (
    id TEXT COLLATE "C" NOT NULL,
    version INTEGER NOT NULL,
    since BIGINT NOT NULL,
    change BIGINT NOT NULL,
    arrived BIGINT,
    latest BOOLEAN NOT NULL,
    present BOOLEAN NOT NULL,
    category TEXT COLLATE "C",
    body BYTEA NOT NULL,
    PRIMARY KEY (id, version)
);
CREATE INDEX catalogue_items_present ON catalogue_items (id) WHERE latest AND present;
CREATE INDEX catalogue_items_category ON catalogue_items (category, id) WHERE latest AND present;
CREATE INDEX catalogue_items_change ON catalogue_items (change);
CREATE INDEX catalogue_items_arrived ON catalogue_items (arrived) WHERE arrived IS NOT NULL;
