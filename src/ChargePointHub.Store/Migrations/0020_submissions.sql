-- Files that operators hand in, each once as it is read and judged: the same bytes again find their report.
CREATE TABLE submission (
    submission_id uuid PRIMARY KEY,
    operator_id   text NOT NULL,
    feed_id       text NOT NULL,
    dataset       text NOT NULL,
    -- As stated, in London's civil time: 2026-Q3.
    period        text NOT NULL,
    content_hash  bytea NOT NULL,
    -- Rules, mapping and dialect that read it; others may read it otherwise.
    judged_with   text NOT NULL,
    received_at   timestamptz NOT NULL,
    -- Key under which it was uploaded; null: by a command.
    key_id        text,
    run_id        uuid NOT NULL,
    report        json NOT NULL,
    UNIQUE (operator_id, dataset, period, content_hash, judged_with)
);
CREATE INDEX submission_newest ON submission (operator_id, received_at DESC, submission_id DESC);

ALTER TABLE submission ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON submission FOR SELECT TO chargepointhub_reader USING ((SELECT scope_is_everything()) OR operator_id = (SELECT scope_own_operator()));
GRANT SELECT ON submission TO chargepointhub_reader;

ALTER TABLE run DROP CONSTRAINT run_kind_check;
ALTER TABLE run ADD CONSTRAINT run_kind_check CHECK (kind IN ('live', 'backfill', 'crawl', 'reread', 'submission'));
