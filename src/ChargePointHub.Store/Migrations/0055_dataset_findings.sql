-- What is wrong with an operator's records together, as the rules over datasets last found it. What is no longer so is marked ended; a purge alone deletes.
CREATE TABLE dataset_finding (
    operator_id     text NOT NULL,
    rule            text NOT NULL,
    -- What it is found again by: a record's id, a charge point's and an instant, a week; empty: the operator's list as a whole.
    finding_key     text NOT NULL,
    first_seen_at   timestamptz NOT NULL,
    last_seen_at    timestamptz NOT NULL,
    ended_at        timestamptz,
    dataset         text NOT NULL,
    of_sessions     boolean NOT NULL,
    of_statuses     boolean NOT NULL,
    record_id       text,
    other_id        text,
    charge_point_id text,
    -- Null: of the list as it stands.
    from_at         timestamptz,
    to_at           timestamptz,
    measured        numeric NOT NULL,
    threshold       numeric NOT NULL,
    unit            text NOT NULL,
    -- Of a share: records that it is a share of.
    judged          bigint,
    PRIMARY KEY (operator_id, rule, finding_key, first_seen_at)
);
CREATE UNIQUE INDEX dataset_finding_open ON dataset_finding (operator_id, rule, finding_key) WHERE ended_at IS NULL;
CREATE INDEX dataset_finding_charge_point ON dataset_finding (operator_id, charge_point_id) WHERE charge_point_id IS NOT NULL;

-- What was last looked at by each rule, and how much of that time could be judged.
CREATE TABLE dataset_check (
    operator_id    text NOT NULL,
    rule           text NOT NULL,
    of_sessions    boolean NOT NULL,
    of_statuses    boolean NOT NULL,
    from_at        timestamptz NOT NULL,
    to_at          timestamptz NOT NULL,
    checked_at     timestamptz NOT NULL,
    judged_percent numeric NOT NULL,
    PRIMARY KEY (operator_id, rule)
);

-- Told to those who may read findings in the records that they are made of, and of withheld charge points to their operator alone.
ALTER TABLE dataset_finding ENABLE ROW LEVEL SECURITY;
ALTER TABLE dataset_check ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON dataset_finding FOR SELECT TO chargepointhub_reader USING (
    (SELECT scope_is_everything()) OR (
        operator_id = ANY ((SELECT scope_operators('feed_quality'))::text[])
        AND (NOT of_sessions OR operator_id = ANY ((SELECT scope_findings('charging_sessions'))::text[]))
        AND (NOT of_statuses OR operator_id = ANY ((SELECT scope_findings('status_changes'))::text[]))
        AND (charge_point_id IS NULL OR charge_point_id NOT IN (SELECT scope_withheld()))));
CREATE POLICY reader ON dataset_check FOR SELECT TO chargepointhub_reader USING (
    (SELECT scope_is_everything()) OR (
        operator_id = ANY ((SELECT scope_operators('feed_quality'))::text[])
        AND (NOT of_sessions OR operator_id = ANY ((SELECT scope_findings('charging_sessions'))::text[]))
        AND (NOT of_statuses OR operator_id = ANY ((SELECT scope_findings('status_changes'))::text[]))));
GRANT SELECT ON dataset_finding, dataset_check TO chargepointhub_reader;
