-- MISSING is the hub's blindness: it neither ends an outage nor begins one. Where a charge point is PLANNED again after UNKNOWN nobody knows that it was in use between.
-- What comes before and after a change is asked in the order of an index: with the ties of one instant in the order the whole history of the charge point was sorted for each outage.
CREATE OR REPLACE VIEW derived_outage AS
SELECT b.operator_id, b.charge_point_id AS outage_id, b.charge_point_id, b.at AS started_at, e.at AS ended_at,
    CASE WHEN b.status = 'PLANNED' THEN 'PLANNED_MAINTENANCE' END AS category, NULL::timestamptz AS last_updated, b.tick, NULL::json AS document
FROM status_change b
LEFT JOIN LATERAL (
    SELECT l.at FROM status_change l
    WHERE l.operator_id = b.operator_id AND l.charge_point_id = b.charge_point_id AND l.at <= b.at AND (l.at, l.tick, l.status) < (b.at, b.tick, b.status)
        AND l.tick <= (SELECT asked_tick()) AND l.status <> 'MISSING'
    ORDER BY l.at DESC LIMIT 1) l ON true
LEFT JOIN LATERAL (
    SELECT p.status FROM status_change p
    WHERE p.operator_id = b.operator_id AND p.charge_point_id = b.charge_point_id AND p.at = l.at AND (p.at, p.tick, p.status) < (b.at, b.tick, b.status)
        AND p.tick <= (SELECT asked_tick()) AND p.status <> 'MISSING'
    ORDER BY p.tick DESC, p.status DESC LIMIT 1) p ON true
LEFT JOIN LATERAL (
    SELECT n.at FROM status_change n
    WHERE n.operator_id = b.operator_id AND n.charge_point_id = b.charge_point_id AND n.at >= b.at AND (n.at, n.tick, n.status) > (b.at, b.tick, b.status)
        AND n.tick <= (SELECT asked_tick()) AND n.status <> 'MISSING' AND outage_kind(n.status) IS DISTINCT FROM outage_kind(b.status)
    ORDER BY n.at LIMIT 1) e ON true
WHERE b.status IN ('INOPERATIVE', 'OUTOFORDER', 'PLANNED') AND b.tick <= (SELECT asked_tick())
    AND CASE WHEN b.status = 'PLANNED' THEN p.status NOT IN ('PLANNED', 'REMOVED', 'UNKNOWN') ELSE outage_kind(p.status) IS DISTINCT FROM 'down' END
    AND e.at IS DISTINCT FROM b.at
    AND ((SELECT scope_is_everything())
        OR ((b.operator_id IN (SELECT scope_operator('outages')) OR (b.operator_id, b.charge_point_id) IN (SELECT s.operator_id, s.charge_point_id FROM scope_charge_points('outages') s))
            AND b.charge_point_id NOT IN (SELECT scope_withheld())));

-- It may name one too many, where changes share an instant: the view knows which begin.
CREATE OR REPLACE FUNCTION outages_lasting(asked timestamptz) RETURNS TABLE (operator_id text, charge_point_id text, started_at timestamptz) LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS
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
$$;

-- It asks for all operators, so that it is the statement's to narrow; no other role has a use for it.
REVOKE ALL ON FUNCTION outages_lasting(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION outages_lasting(timestamptz) TO chargepointhub_reader;
