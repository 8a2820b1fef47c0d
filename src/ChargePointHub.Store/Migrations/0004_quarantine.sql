-- What quarantine needs to be checked again, to forget what a crawl no longer sends, and to keep within bounds.

-- Rules, mapping and feed settings under which the record was refused; empty: before this column.
ALTER TABLE quarantine ADD COLUMN judged_with text NOT NULL DEFAULT '';
-- Of snapshot datasets: when a crawl last brought it. A whole crawl that does not bring it ends it.
ALTER TABLE quarantine ADD COLUMN seen_at timestamptz;
CREATE INDEX quarantine_newest ON quarantine (recorded_at, operator_id, dataset, own_id, content_hash);
CREATE INDEX quarantine_refused ON quarantine (operator_id, dataset, recorded_at) WHERE waits_for IS NULL;

-- Refused records that made way for newer ones, as quarantine was full of one operator's.
CREATE TABLE quarantine_overflow (
    operator_id text NOT NULL,
    dataset     text NOT NULL,
    first_at    timestamptz NOT NULL,
    last_at     timestamptz NOT NULL,
    dropped     bigint NOT NULL,
    PRIMARY KEY (operator_id, dataset)
);
