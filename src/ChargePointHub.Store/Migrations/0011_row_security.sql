-- Answers are read under a role that owns nothing, and each row is judged by the scope that its transaction names: rights are kept twice, by the query and by the table.

-- Roles belong to the whole server. An account that may not make them asks its administrator for these two statements, once:
--     CREATE ROLE chargepointhub_reader NOLOGIN;
--     GRANT chargepointhub_reader TO <the account of the hub's connection string>;
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'chargepointhub_reader') THEN
        BEGIN
            CREATE ROLE chargepointhub_reader NOLOGIN;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION 'The role chargepointhub_reader is missing, and this account may not make it. Let an administrator run: CREATE ROLE chargepointhub_reader NOLOGIN; GRANT chargepointhub_reader TO %', quote_ident(current_user);
        END;
    END IF;
    BEGIN
        SET LOCAL ROLE chargepointhub_reader;
        RESET ROLE;
    EXCEPTION
        WHEN insufficient_privilege THEN
            BEGIN
                EXECUTE format('GRANT chargepointhub_reader TO %I', current_user);
                SET LOCAL ROLE chargepointhub_reader;
                RESET ROLE;
            EXCEPTION
                WHEN insufficient_privilege THEN
                    RAISE EXCEPTION 'This account may not act as chargepointhub_reader. Let an administrator run: GRANT chargepointhub_reader TO %', quote_ident(current_user);
            END;
    END;
    IF NOT has_schema_privilege('chargepointhub_reader', current_schema(), 'USAGE') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO chargepointhub_reader', current_schema());
    END IF;
END
$$;

-- The scope of the transaction: nothing, if none was named.
CREATE FUNCTION scope_named() RETURNS json LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('chargepointhub.scope', true), '')::json $$;

CREATE FUNCTION scope_is_everything() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce((scope_named() ->> 'everything')::boolean, false) $$;

CREATE FUNCTION scope_reads_open() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce((scope_named() ->> 'open')::boolean, false) $$;

CREATE FUNCTION scope_own_operator() RETURNS text LANGUAGE sql STABLE AS
$$ SELECT scope_named() ->> 'own' $$;

-- Operators of whom the subject is held in all of London.
CREATE FUNCTION scope_operators(subject text) RETURNS text[] LANGUAGE sql STABLE AS
$$ SELECT coalesce(array_agg(o), '{}') FROM json_array_elements_text(scope_named() -> 'rights' -> subject -> 'operators') o $$;

-- The policies of what it reads would ask for itself: it reads as the owner.
CREATE FUNCTION scope_charge_points(subject text) RETURNS TABLE (operator_id text, charge_point_id text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS
$$
    SELECT a.operator_id, a.charge_point_id
    FROM json_array_elements(scope_named() -> 'rights' -> subject -> 'areas') g JOIN charge_point_area a ON a.operator_id = g ->> 0 AND a.borough_gss = g ->> 1
$$;

CREATE INDEX charge_point_withheld ON charge_point (operator_id, charge_point_id) WHERE NOT published;

-- Charge points that their operator withholds; it sees its own.
CREATE FUNCTION scope_withheld() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS
$$ SELECT charge_point_id FROM charge_point WHERE NOT published AND operator_id IS DISTINCT FROM scope_own_operator() $$;

ALTER TABLE charge_point ENABLE ROW LEVEL SECURITY;
ALTER TABLE charge_point_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE charge_point_status ENABLE ROW LEVEL SECURITY;
ALTER TABLE charge_point_area ENABLE ROW LEVEL SECURITY;
ALTER TABLE tariff ENABLE ROW LEVEL SECURITY;
ALTER TABLE tariff_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE charging_session ENABLE ROW LEVEL SECURITY;
ALTER TABLE charging_session_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE status_change ENABLE ROW LEVEL SECURITY;

-- Settings are asked once a statement: each stands in a SELECT of its own.
CREATE POLICY reader ON charge_point FOR SELECT TO chargepointhub_reader USING (
    (SELECT scope_is_everything()) OR operator_id = (SELECT scope_own_operator()) OR (published AND (SELECT scope_reads_open())));
CREATE POLICY reader ON charge_point_version FOR SELECT TO chargepointhub_reader USING (
    (SELECT scope_is_everything()) OR ((SELECT scope_reads_open()) AND charge_point_id NOT IN (SELECT scope_withheld())));
CREATE POLICY reader ON charge_point_status FOR SELECT TO chargepointhub_reader USING (
    (SELECT scope_is_everything()) OR ((SELECT scope_reads_open()) AND charge_point_id NOT IN (SELECT scope_withheld())));
-- Joined to every page: it holds where an id lies, and nothing of what happens there.
CREATE POLICY reader ON charge_point_area FOR SELECT TO chargepointhub_reader USING ((SELECT scope_is_everything() OR scope_reads_open()));
CREATE POLICY reader ON tariff FOR SELECT TO chargepointhub_reader USING ((SELECT scope_is_everything() OR scope_reads_open()));
CREATE POLICY reader ON tariff_version FOR SELECT TO chargepointhub_reader USING ((SELECT scope_is_everything() OR scope_reads_open()));
CREATE POLICY reader ON charging_session FOR SELECT TO chargepointhub_reader USING (
    (SELECT scope_is_everything())
    OR ((operator_id = ANY ((SELECT scope_operators('charging_sessions'))::text[]) OR (operator_id, charge_point_id) IN (SELECT s.operator_id, s.charge_point_id FROM scope_charge_points('charging_sessions') s))
        AND charge_point_id NOT IN (SELECT scope_withheld())));
CREATE POLICY reader ON charging_session_version FOR SELECT TO chargepointhub_reader USING (
    (SELECT scope_is_everything())
    OR ((operator_id = ANY ((SELECT scope_operators('charging_sessions'))::text[]) OR (operator_id, charge_point_id) IN (SELECT s.operator_id, s.charge_point_id FROM scope_charge_points('charging_sessions') s))
        AND charge_point_id NOT IN (SELECT scope_withheld())));
CREATE POLICY reader ON status_change FOR SELECT TO chargepointhub_reader USING (
    (SELECT scope_is_everything())
    OR ((operator_id = ANY ((SELECT scope_operators('status_changes'))::text[]) OR (operator_id, charge_point_id) IN (SELECT s.operator_id, s.charge_point_id FROM scope_charge_points('status_changes') s))
        AND charge_point_id NOT IN (SELECT scope_withheld())));

-- What was refused holds parts of records: for those who hold the quality of the feeds, and the records too.
CREATE FUNCTION scope_findings(dataset text) RETURNS text[] LANGUAGE sql STABLE AS
$$
    SELECT coalesce(array_agg(o), '{}') FROM unnest(scope_operators('feed_quality')) o
    WHERE dataset NOT IN ('charging_sessions', 'status_changes') OR o = ANY (scope_operators(dataset))
$$;

ALTER TABLE quarantine ENABLE ROW LEVEL SECURITY;
ALTER TABLE quarantine_count ENABLE ROW LEVEL SECURITY;
ALTER TABLE quarantine_overflow ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON quarantine FOR SELECT TO chargepointhub_reader USING (
    (SELECT scope_is_everything()) OR operator_id = ANY (CASE dataset
        WHEN 'charging_sessions' THEN (SELECT scope_findings('charging_sessions')) WHEN 'status_changes' THEN (SELECT scope_findings('status_changes'))
        ELSE (SELECT scope_operators('feed_quality')) END));
CREATE POLICY reader ON quarantine_count FOR SELECT TO chargepointhub_reader USING (
    (SELECT scope_is_everything()) OR operator_id = ANY (CASE dataset
        WHEN 'charging_sessions' THEN (SELECT scope_findings('charging_sessions')) WHEN 'status_changes' THEN (SELECT scope_findings('status_changes'))
        ELSE (SELECT scope_operators('feed_quality')) END));
CREATE POLICY reader ON quarantine_overflow FOR SELECT TO chargepointhub_reader USING (
    (SELECT scope_is_everything()) OR operator_id = ANY (CASE dataset
        WHEN 'charging_sessions' THEN (SELECT scope_findings('charging_sessions')) WHEN 'status_changes' THEN (SELECT scope_findings('status_changes'))
        ELSE (SELECT scope_operators('feed_quality')) END));

-- How many records of a window were refused or wait is part of every statement of completeness, so that anyone may know the number.
CREATE FUNCTION quarantined(asked_dataset text, operators text[], from_at timestamptz, to_at timestamptz, OUT records bigint, OUT is_least boolean) LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS
$$
    SELECT (SELECT count(*) FROM quarantine q WHERE q.dataset = $1 AND q.operator_id = ANY ($2) AND coalesce(q.event_at, q.recorded_at) >= $3 AND coalesce(q.event_at, q.recorded_at) < $4),
        EXISTS (SELECT FROM quarantine_overflow o WHERE o.dataset = $1 AND o.operator_id = ANY ($2) AND o.from_at < $4 AND o.to_at >= $3)
$$;

-- How an operator's feeds fare.
ALTER TABLE discrepancy ENABLE ROW LEVEL SECURITY;
ALTER TABLE crawl_hold ENABLE ROW LEVEL SECURITY;
ALTER TABLE feed_tls ENABLE ROW LEVEL SECURITY;
ALTER TABLE feed_break ENABLE ROW LEVEL SECURITY;
ALTER TABLE notice ENABLE ROW LEVEL SECURITY;
ALTER TABLE limit_group ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON discrepancy FOR SELECT TO chargepointhub_reader USING ((SELECT scope_is_everything()) OR operator_id = ANY ((SELECT scope_operators('feed_quality'))::text[]));
CREATE POLICY reader ON crawl_hold FOR SELECT TO chargepointhub_reader USING ((SELECT scope_is_everything()) OR operator_id = ANY ((SELECT scope_operators('feed_quality'))::text[]));
CREATE POLICY reader ON feed_tls FOR SELECT TO chargepointhub_reader USING ((SELECT scope_is_everything()) OR operator_id = ANY ((SELECT scope_operators('feed_quality'))::text[]));
CREATE POLICY reader ON feed_break FOR SELECT TO chargepointhub_reader USING ((SELECT scope_is_everything()) OR operator_id = ANY ((SELECT scope_operators('feed_quality'))::text[]));
CREATE POLICY reader ON notice FOR SELECT TO chargepointhub_reader USING ((SELECT scope_is_everything()) OR operator_id = ANY ((SELECT scope_operators('feed_quality'))::text[]));
CREATE POLICY reader ON limit_group FOR SELECT TO chargepointhub_reader USING ((SELECT scope_is_everything()) OR cardinality((SELECT scope_operators('feed_quality'))::text[]) > 0);

-- Of the small facts the one that answers need; secrets are among the others.
ALTER TABLE hub_setting ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON hub_setting FOR SELECT TO chargepointhub_reader USING (name = 'places_tick');

GRANT SELECT ON
    charge_point, charge_point_version, charge_point_status, charge_point_area, tariff, tariff_version, charging_session, charging_session_version, status_change,
    quarantine, quarantine_count, quarantine_overflow, discrepancy, crawl_hold, feed_tls, feed_break, notice, limit_group, hub_setting,
    -- The public state of the hub and of its runs: no row of it is anyone's records.
    hub_clock, hub_tick, coverage, coverage_change, status_sweep, run
TO chargepointhub_reader;
