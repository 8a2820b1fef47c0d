-- Times in which charge points could not be used, as their operators report them. What is derived from status changes is never stored.
CREATE TABLE outage (
    operator_id     text NOT NULL,
    outage_id       text NOT NULL,
    charge_point_id text NOT NULL,
    started_at      timestamptz NOT NULL,
    ended_at        timestamptz,
    category        text,
    last_updated    timestamptz,
    content_hash    bytea NOT NULL,
    findings        json,
    feed_id         text NOT NULL,
    run_id          uuid NOT NULL,
    tick            bigint NOT NULL,
    recorded_at     timestamptz NOT NULL,
    document        json NOT NULL,
    PRIMARY KEY (operator_id, outage_id)
);
CREATE INDEX outage_started ON outage (started_at, operator_id, outage_id);
CREATE INDEX outage_charge_point ON outage (operator_id, charge_point_id, outage_id);
CREATE INDEX outage_tick ON outage (tick);

CREATE TABLE outage_version (
    LIKE outage,
    tick_to     bigint NOT NULL,
    recorded_to timestamptz NOT NULL,
    PRIMARY KEY (operator_id, outage_id, tick)
);
CREATE INDEX outage_version_ended ON outage_version (tick_to);
CREATE INDEX outage_version_charge_point ON outage_version (operator_id, charge_point_id);

ALTER TABLE outage ENABLE ROW LEVEL SECURITY;
ALTER TABLE outage_version ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON outage FOR SELECT TO chargepointhub_reader USING (
    (SELECT scope_is_everything())
    OR ((operator_id IN (SELECT scope_operator('outages')) OR (operator_id, charge_point_id) IN (SELECT s.operator_id, s.charge_point_id FROM scope_charge_points('outages') s))
        AND charge_point_id NOT IN (SELECT scope_withheld())));
CREATE POLICY reader ON outage_version FOR SELECT TO chargepointhub_reader USING (
    (SELECT scope_is_everything())
    OR ((operator_id IN (SELECT scope_operator('outages')) OR (operator_id, charge_point_id) IN (SELECT s.operator_id, s.charge_point_id FROM scope_charge_points('outages') s))
        AND charge_point_id NOT IN (SELECT scope_withheld())));
GRANT SELECT ON outage, outage_version TO chargepointhub_reader;

-- Outages that were purged, or corrected to be of another charge point. Policies of one table add up.
CREATE POLICY reader_of_outages ON record_gone FOR SELECT TO chargepointhub_reader USING (
    dataset = 'outages'
    AND (operator_id IN (SELECT scope_operator('outages')) OR (operator_id, charge_point_id) IN (SELECT s.operator_id, s.charge_point_id FROM scope_charge_points('outages') s))
    AND charge_point_id NOT IN (SELECT scope_withheld()));

-- What was refused of it holds parts of it, as of sessions, and names its charge point.
CREATE OR REPLACE FUNCTION scope_findings(dataset text) RETURNS text[] LANGUAGE sql STABLE AS
$$
    SELECT coalesce(array_agg(o), '{}') FROM unnest(scope_operators('feed_quality')) o
    WHERE dataset NOT IN ('charging_sessions', 'status_changes', 'outages', 'reported_usage') OR o = ANY (scope_in_full(dataset))
$$;
CREATE OR REPLACE FUNCTION quarantine_charge_point(dataset text, operator_id text, own_id text, waits_for text, document json) RETURNS text LANGUAGE sql IMMUTABLE AS
$$
    SELECT CASE
        WHEN dataset = 'charging_sessions' AND waits_for IS NOT NULL THEN waits_for
        WHEN dataset = 'status_changes' THEN operator_id || ':' || own_id
        WHEN document::text ~* '\\u(0000|d[89a-f])' THEN NULL
        WHEN dataset IN ('charging_sessions', 'outages') THEN operator_id || ':' || (document ->> 'charge_point_id')
        WHEN dataset = 'charge_points' THEN CASE WHEN json_typeof(document) = 'object' AND document -> 'levels' IS NULL AND document::text !~* '"publish"\s*:(?!\s*true\M)' THEN operator_id || ':' || own_id END
    END
$$;
ALTER POLICY reader ON quarantine USING (
    (SELECT scope_is_everything()) OR (
        operator_id = ANY (CASE dataset
            WHEN 'charging_sessions' THEN (SELECT scope_findings('charging_sessions')) WHEN 'status_changes' THEN (SELECT scope_findings('status_changes'))
            WHEN 'outages' THEN (SELECT scope_findings('outages')) WHEN 'reported_usage' THEN (SELECT scope_findings('reported_usage'))
            ELSE (SELECT scope_operators('feed_quality')) END)
        AND (operator_id = (SELECT scope_own_operator()) OR dataset = 'tariffs' OR EXISTS (
            SELECT FROM charge_point c
            WHERE c.operator_id = quarantine.operator_id AND c.published
                AND c.charge_point_id = quarantine_charge_point(quarantine.dataset, quarantine.operator_id, quarantine.own_id, quarantine.waits_for, quarantine.document)))));
ALTER POLICY reader ON quarantine_count USING (
    (SELECT scope_is_everything()) OR operator_id = ANY (CASE dataset
        WHEN 'charging_sessions' THEN (SELECT scope_findings('charging_sessions')) WHEN 'status_changes' THEN (SELECT scope_findings('status_changes'))
        WHEN 'outages' THEN (SELECT scope_findings('outages')) WHEN 'reported_usage' THEN (SELECT scope_findings('reported_usage'))
        ELSE (SELECT scope_operators('feed_quality')) END));
ALTER POLICY reader ON quarantine_overflow USING (
    (SELECT scope_is_everything()) OR operator_id = ANY (CASE dataset
        WHEN 'charging_sessions' THEN (SELECT scope_findings('charging_sessions')) WHEN 'status_changes' THEN (SELECT scope_findings('status_changes'))
        WHEN 'outages' THEN (SELECT scope_findings('outages')) WHEN 'reported_usage' THEN (SELECT scope_findings('reported_usage'))
        ELSE (SELECT scope_operators('feed_quality')) END));
