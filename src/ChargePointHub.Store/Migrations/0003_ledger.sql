-- What the ledger needs to go on after a restart, and to tell how it came to be. Gaps are still worked out, never stored.

ALTER TABLE run DROP CONSTRAINT run_kind_check;
ALTER TABLE run ADD CONSTRAINT run_kind_check CHECK (kind IN ('live', 'backfill', 'crawl', 'reread'));

-- Which run made the claim; null in rows older than this column, and where no run did.
ALTER TABLE coverage_change ADD COLUMN run_id uuid;

-- Since when the window had been missing when this claim closed it; null: it came in time.
ALTER TABLE coverage_change ADD COLUMN late_since timestamptz;
CREATE INDEX coverage_change_late ON coverage_change (operator_id, dataset, tick) WHERE late_since IS NOT NULL;

-- Where a long pull got to: the text is the protocol's own.
CREATE TABLE pull_continuation (
    operator_id   text NOT NULL,
    feed_id       text NOT NULL,
    dataset       text NOT NULL,
    kind          text NOT NULL,
    from_at       timestamptz,
    to_at         timestamptz,
    asked_at      timestamptz NOT NULL,
    saved_at      timestamptz NOT NULL,
    pages         integer NOT NULL,
    state         text NOT NULL,
    charge_points text[] NOT NULL,
    PRIMARY KEY (operator_id, feed_id, dataset, kind)
);

-- How far each re-read of event time got, newest first.
CREATE TABLE reread (
    operator_id text NOT NULL,
    dataset     text NOT NULL,
    days        integer NOT NULL,
    began_at    timestamptz NOT NULL,
    down_to     timestamptz NOT NULL,
    PRIMARY KEY (operator_id, dataset, days)
);

-- Windows (null: a crawl) of which an operator counts other records than it sends: a log of observations.
CREATE TABLE discrepancy (
    operator_id   text NOT NULL,
    dataset       text NOT NULL,
    first_seen_at timestamptz NOT NULL,
    from_at       timestamptz,
    to_at         timestamptz,
    stated        bigint NOT NULL,
    received      bigint NOT NULL,
    last_seen_at  timestamptz NOT NULL,
    closed_at     timestamptz,
    PRIMARY KEY (operator_id, dataset, first_seen_at)
);
CREATE INDEX discrepancy_open ON discrepancy (operator_id, dataset) WHERE closed_at IS NULL;

-- Charge points and tariffs that complete crawls no longer name; gone again when one does.
CREATE TABLE absence (
    operator_id     text NOT NULL,
    dataset         text NOT NULL,
    own_key         text NOT NULL,
    first_missed_at timestamptz NOT NULL,
    removed_at      timestamptz,
    PRIMARY KEY (operator_id, dataset, own_key)
);

-- Crawls of which more would have vanished or moved at once than is believed: a log of observations.
CREATE TABLE crawl_hold (
    operator_id  text NOT NULL,
    held_at      timestamptz NOT NULL,
    last_held_at timestamptz NOT NULL,
    known        integer NOT NULL,
    vanishing    integer NOT NULL,
    changing     integer NOT NULL,
    released_at  timestamptz,
    ended_at     timestamptz,
    PRIMARY KEY (operator_id, held_at)
);

-- Up to which end of freshness an operator's statuses have been set to MISSING.
CREATE TABLE status_sweep (
    operator_id text PRIMARY KEY,
    deadline    timestamptz NOT NULL
);
