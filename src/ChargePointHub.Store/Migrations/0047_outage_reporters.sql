-- From which tick on an operator reports its outages: from the first one, or the first claim to have asked for them. Before it, and of all others, they are derived. A file of
-- an operator says what is so now, and a tick what was known then: so each tick tells the same for ever, and a walk that is pinned to one tells it on every page.
CREATE TABLE outage_reporter (
    operator_id text PRIMARY KEY,
    tick        bigint NOT NULL
);
GRANT SELECT ON outage_reporter TO chargepointhub_reader;

CREATE FUNCTION note_outage_reporter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outage_reporter AS o (operator_id, tick)
    SELECT NEW.operator_id, NEW.tick WHERE NOT EXISTS (SELECT FROM outage_reporter k WHERE k.operator_id = NEW.operator_id AND k.tick <= NEW.tick)
    ON CONFLICT (operator_id) DO UPDATE SET tick = least(o.tick, excluded.tick);
    RETURN NULL;
END $$;
CREATE TRIGGER outage_reported AFTER INSERT ON outage FOR EACH ROW EXECUTE FUNCTION note_outage_reporter();
CREATE TRIGGER outages_claimed AFTER INSERT ON coverage_change FOR EACH ROW WHEN (NEW.dataset = 'outages' AND NEW.kind = 'covered') EXECUTE FUNCTION note_outage_reporter();

-- Once it listens: what another hub writes meanwhile waits, or is here.
INSERT INTO outage_reporter AS o (operator_id, tick)
SELECT operator_id, min(tick) FROM (
    SELECT operator_id, tick FROM outage UNION ALL SELECT operator_id, tick FROM outage_version
    UNION ALL SELECT operator_id, tick FROM coverage_change WHERE dataset = 'outages' AND kind = 'covered') r
GROUP BY operator_id
ON CONFLICT (operator_id) DO UPDATE SET tick = least(o.tick, excluded.tick);

-- As before, but of no operator that reports its own at the tick. Nobody recorded them; known_at is when the hub had learnt what makes them one: the change that began them, the one before it, and that which ended them.
CREATE OR REPLACE VIEW derived_outage AS
SELECT b.operator_id, b.charge_point_id AS outage_id, b.charge_point_id, b.at AS started_at, e.at AS ended_at,
    CASE WHEN b.status = 'PLANNED' THEN 'PLANNED_MAINTENANCE' END AS category, NULL::timestamptz AS last_updated, b.tick, NULL::json AS document,
    NULL::timestamptz AS recorded_at, greatest(b.recorded_at, p.recorded_at, e.recorded_at) AS known_at
FROM status_change b
LEFT JOIN LATERAL (
    SELECT l.at FROM status_change l
    WHERE l.operator_id = b.operator_id AND l.charge_point_id = b.charge_point_id AND l.at <= b.at AND (l.at, l.tick, l.status) < (b.at, b.tick, b.status)
        AND l.tick <= (SELECT asked_tick()) AND l.status <> 'MISSING'
    ORDER BY l.at DESC LIMIT 1) l ON true
LEFT JOIN LATERAL (
    SELECT p.status, p.recorded_at FROM status_change p
    WHERE p.operator_id = b.operator_id AND p.charge_point_id = b.charge_point_id AND p.at = l.at AND (p.at, p.tick, p.status) < (b.at, b.tick, b.status)
        AND p.tick <= (SELECT asked_tick()) AND p.status <> 'MISSING'
    ORDER BY p.tick DESC, p.status DESC LIMIT 1) p ON true
LEFT JOIN LATERAL (
    SELECT n.at, n.recorded_at FROM status_change n
    WHERE n.operator_id = b.operator_id AND n.charge_point_id = b.charge_point_id AND n.at >= b.at AND (n.at, n.tick, n.status) > (b.at, b.tick, b.status)
        AND n.tick <= (SELECT asked_tick()) AND n.status <> 'MISSING' AND outage_kind(n.status) IS DISTINCT FROM outage_kind(b.status)
    ORDER BY n.at LIMIT 1) e ON true
WHERE b.status IN ('INOPERATIVE', 'OUTOFORDER', 'PLANNED') AND b.tick <= (SELECT asked_tick())
    AND b.operator_id NOT IN (SELECT o.operator_id FROM outage_reporter o WHERE o.tick <= (SELECT asked_tick()))
    AND CASE WHEN b.status = 'PLANNED' THEN p.status NOT IN ('PLANNED', 'REMOVED', 'UNKNOWN') ELSE outage_kind(p.status) IS DISTINCT FROM 'down' END
    AND e.at IS DISTINCT FROM b.at
    AND ((SELECT scope_is_everything())
        OR ((b.operator_id IN (SELECT scope_operator('outages')) OR (b.operator_id, b.charge_point_id) IN (SELECT s.operator_id, s.charge_point_id FROM scope_charge_points('outages') s))
            AND b.charge_point_id NOT IN (SELECT scope_withheld())));

-- As before, but it looks only at charge points that the scope holds and the question names; of those that the view derives. Null: any. That of before stays for hubs of before.
CREATE FUNCTION outages_lasting(asked timestamptz, operators text[], boroughs text[], point text) RETURNS TABLE (operator_id text, charge_point_id text, started_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS
$$
    SELECT k.operator_id, k.charge_point_id, b.at
    FROM charge_point_status k
    CROSS JOIN LATERAL (
        SELECT l.at FROM status_change l
        WHERE l.operator_id = k.operator_id AND l.charge_point_id = k.charge_point_id AND l.at < $1 AND l.tick <= (SELECT asked_tick()) AND l.status <> 'MISSING'
        ORDER BY l.at DESC LIMIT 1) l
    CROSS JOIN LATERAL (
        SELECT DISTINCT outage_kind(s.status) AS kind FROM status_change s
        WHERE s.operator_id = k.operator_id AND s.charge_point_id = k.charge_point_id AND s.at = l.at AND s.tick <= (SELECT asked_tick()) AND s.status <> 'MISSING' AND outage_kind(s.status) IS NOT NULL) s
    LEFT JOIN LATERAL (
        SELECT o.at FROM status_change o
        WHERE o.operator_id = k.operator_id AND o.charge_point_id = k.charge_point_id AND o.at < $1 AND o.tick <= (SELECT asked_tick()) AND o.status <> 'MISSING' AND outage_kind(o.status) IS DISTINCT FROM s.kind
        ORDER BY o.at DESC LIMIT 1) o ON true
    CROSS JOIN LATERAL (
        (SELECT f.at FROM status_change f
        WHERE f.operator_id = k.operator_id AND f.charge_point_id = k.charge_point_id AND f.at >= coalesce(o.at, '-infinity') AND f.tick <= (SELECT asked_tick()) AND outage_kind(f.status) = s.kind
        ORDER BY f.at LIMIT 1)
        UNION ALL
        (SELECT f.at FROM status_change f
        WHERE f.operator_id = k.operator_id AND f.charge_point_id = k.charge_point_id AND f.at > o.at AND f.tick <= (SELECT asked_tick()) AND outage_kind(f.status) = s.kind
        ORDER BY f.at LIMIT 1)) b
    WHERE k.operator_id NOT IN (SELECT r.operator_id FROM outage_reporter r WHERE r.tick <= (SELECT asked_tick()))
        AND ((SELECT scope_is_everything())
            OR ((k.operator_id IN (SELECT scope_operator('outages')) OR (k.operator_id, k.charge_point_id) IN (SELECT h.operator_id, h.charge_point_id FROM scope_charge_points('outages') h))
                AND k.charge_point_id NOT IN (SELECT scope_withheld())))
        AND ($2 IS NULL OR k.operator_id = ANY ($2))
        AND ($3 IS NULL OR EXISTS (SELECT FROM charge_point_area a WHERE a.operator_id = k.operator_id AND a.charge_point_id = k.charge_point_id AND a.borough_gss = ANY ($3)))
        AND ($4 IS NULL OR k.charge_point_id = $4)
$$;
REVOKE ALL ON FUNCTION outages_lasting(timestamptz, text[], text[], text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION outages_lasting(timestamptz, text[], text[], text) TO chargepointhub_reader;

-- Windows on when the hub learnt them.
CREATE INDEX outage_recorded ON outage USING brin (recorded_at) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX outage_version_recorded ON outage_version USING brin (recorded_at) WITH (pages_per_range = 32, autosummarize = on);
