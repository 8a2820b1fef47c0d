-- What operators themselves say of the use of their charge points, by period: beside the hub's own figures, and never part of them.
CREATE TABLE reported_usage (
    operator_id       text NOT NULL,
    reported_usage_id text NOT NULL,
    usage_group       text NOT NULL CHECK (usage_group IN ('charge_point', 'location', 'operator')),
    charge_point_id   text,
    location_id       text,
    period_unit       text NOT NULL,
    period_from       timestamptz NOT NULL,
    period_to         timestamptz NOT NULL CHECK (period_to > period_from),
    energy_wh         bigint,
    last_updated      timestamptz,
    content_hash      bytea NOT NULL,
    findings          json,
    feed_id           text NOT NULL,
    run_id            uuid NOT NULL,
    tick              bigint NOT NULL,
    recorded_at       timestamptz NOT NULL,
    document          json NOT NULL,
    PRIMARY KEY (operator_id, reported_usage_id)
);
CREATE INDEX reported_usage_period ON reported_usage (period_from, operator_id, reported_usage_id);

CREATE TABLE reported_usage_version (
    LIKE reported_usage,
    tick_to     bigint NOT NULL,
    recorded_to timestamptz NOT NULL,
    PRIMARY KEY (operator_id, reported_usage_id, tick)
);
CREATE INDEX reported_usage_version_ended ON reported_usage_version (tick_to);

-- Where a location lies is asked of its charge points.
CREATE INDEX charge_point_location ON charge_point (operator_id, location_id);

-- Locations of operators of whom the subject is held in areas, where each of their charge points lies in one of these.
CREATE FUNCTION scope_locations(subject text) RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS
$$
    SELECT c.location_id FROM charge_point c LEFT JOIN scope_charge_points(subject) s ON s.operator_id = c.operator_id AND s.charge_point_id = c.charge_point_id
    WHERE c.operator_id IN (SELECT g ->> 0 FROM json_array_elements(scope_named() -> 'rights' -> subject -> 'areas') g)
    GROUP BY c.operator_id, c.location_id HAVING count(*) = count(s.charge_point_id)
$$;

-- Locations of which their operator withholds a charge point: what is reported of them is partly that one's.
CREATE FUNCTION scope_withheld_locations() RETURNS SETOF text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS
$$ BEGIN RETURN QUERY SELECT c.location_id FROM charge_point c WHERE NOT c.published AND c.operator_id IS DISTINCT FROM scope_own_operator(); END $$;

ALTER TABLE reported_usage ENABLE ROW LEVEL SECURITY;
ALTER TABLE reported_usage_version ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON reported_usage FOR SELECT TO chargepointhub_reader USING (
    (SELECT scope_is_everything())
    OR ((operator_id IN (SELECT scope_operator('reported_usage'))
            OR (operator_id, charge_point_id) IN (SELECT s.operator_id, s.charge_point_id FROM scope_charge_points('reported_usage') s)
            OR location_id IN (SELECT scope_locations('reported_usage')))
        AND (charge_point_id IS NULL OR charge_point_id NOT IN (SELECT scope_withheld()))
        AND (location_id IS NULL OR location_id NOT IN (SELECT scope_withheld_locations()))));
CREATE POLICY reader ON reported_usage_version FOR SELECT TO chargepointhub_reader USING (
    (SELECT scope_is_everything())
    OR ((operator_id IN (SELECT scope_operator('reported_usage'))
            OR (operator_id, charge_point_id) IN (SELECT s.operator_id, s.charge_point_id FROM scope_charge_points('reported_usage') s)
            OR location_id IN (SELECT scope_locations('reported_usage')))
        AND (charge_point_id IS NULL OR charge_point_id NOT IN (SELECT scope_withheld()))
        AND (location_id IS NULL OR location_id NOT IN (SELECT scope_withheld_locations()))));
GRANT SELECT ON reported_usage, reported_usage_version TO chargepointhub_reader;

-- What was refused of it holds parts of it, as of sessions.
CREATE OR REPLACE FUNCTION scope_findings(dataset text) RETURNS text[] LANGUAGE sql STABLE AS
$$
    SELECT coalesce(array_agg(o), '{}') FROM unnest(scope_operators('feed_quality')) o
    WHERE dataset NOT IN ('charging_sessions', 'status_changes', 'reported_usage') OR o = ANY (scope_in_full(dataset))
$$;
ALTER POLICY reader ON quarantine USING (
    (SELECT scope_is_everything()) OR (
        operator_id = ANY (CASE dataset
            WHEN 'charging_sessions' THEN (SELECT scope_findings('charging_sessions')) WHEN 'status_changes' THEN (SELECT scope_findings('status_changes'))
            WHEN 'reported_usage' THEN (SELECT scope_findings('reported_usage')) ELSE (SELECT scope_operators('feed_quality')) END)
        AND (operator_id = (SELECT scope_own_operator()) OR dataset = 'tariffs' OR EXISTS (
            SELECT FROM charge_point c
            WHERE c.operator_id = quarantine.operator_id AND c.published
                AND c.charge_point_id = quarantine_charge_point(quarantine.dataset, quarantine.operator_id, quarantine.own_id, quarantine.waits_for, quarantine.document)))));
ALTER POLICY reader ON quarantine_count USING (
    (SELECT scope_is_everything()) OR operator_id = ANY (CASE dataset
        WHEN 'charging_sessions' THEN (SELECT scope_findings('charging_sessions')) WHEN 'status_changes' THEN (SELECT scope_findings('status_changes'))
        WHEN 'reported_usage' THEN (SELECT scope_findings('reported_usage')) ELSE (SELECT scope_operators('feed_quality')) END));
ALTER POLICY reader ON quarantine_overflow USING (
    (SELECT scope_is_everything()) OR operator_id = ANY (CASE dataset
        WHEN 'charging_sessions' THEN (SELECT scope_findings('charging_sessions')) WHEN 'status_changes' THEN (SELECT scope_findings('status_changes'))
        WHEN 'reported_usage' THEN (SELECT scope_findings('reported_usage')) ELSE (SELECT scope_operators('feed_quality')) END));
