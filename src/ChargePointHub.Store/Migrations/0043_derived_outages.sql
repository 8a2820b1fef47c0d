-- Outages of operators that report none, derived from status changes when they are read: from a change into being out of use until the change out of it.

-- Where they may begin: few among all changes.
CREATE INDEX status_change_down ON status_change (at, operator_id, charge_point_id) WHERE status IN ('INOPERATIVE', 'OUTOFORDER', 'PLANNED');

-- What was known then is what counts; the statement names the tick as it names its scope.
CREATE FUNCTION asked_tick() RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('chargepointhub.tick', true), '')::bigint $$;

-- Out of use at all, or out of use as planned; null: in use, removed, or nobody knows. PLANNED is also what a charge point is before it opens.
CREATE FUNCTION outage_kind(status text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN status IN ('INOPERATIVE', 'OUTOFORDER') THEN 'down' WHEN status = 'PLANNED' THEN 'planned' END $$;

-- It reads all statuses as its owner and shows no other than these times, to those who hold outages. Of one charge point no two begin at once, so that its id tells them apart;
-- the id that is served is made of it and of the start as it is told.
CREATE VIEW derived_outage AS
SELECT b.operator_id, b.charge_point_id AS outage_id, b.charge_point_id, b.at AS started_at, e.at AS ended_at,
    CASE WHEN b.status = 'PLANNED' THEN 'PLANNED_MAINTENANCE' END AS category, NULL::timestamptz AS last_updated, b.tick, NULL::json AS document
FROM status_change b
LEFT JOIN LATERAL (
    SELECT p.status FROM status_change p
    WHERE p.operator_id = b.operator_id AND p.charge_point_id = b.charge_point_id AND p.at <= b.at AND (p.at, p.tick, p.status) < (b.at, b.tick, b.status)
        AND p.tick <= (SELECT asked_tick())
    ORDER BY p.at DESC, p.tick DESC, p.status DESC LIMIT 1) p ON true
LEFT JOIN LATERAL (
    SELECT n.at FROM status_change n
    WHERE n.operator_id = b.operator_id AND n.charge_point_id = b.charge_point_id AND n.at >= b.at AND (n.at, n.tick, n.status) > (b.at, b.tick, b.status)
        AND n.tick <= (SELECT asked_tick()) AND outage_kind(n.status) IS DISTINCT FROM outage_kind(b.status)
    ORDER BY n.at, n.tick, n.status LIMIT 1) e ON true
WHERE b.status IN ('INOPERATIVE', 'OUTOFORDER', 'PLANNED') AND b.tick <= (SELECT asked_tick())
    AND CASE WHEN b.status = 'PLANNED' THEN p.status NOT IN ('PLANNED', 'REMOVED') ELSE outage_kind(p.status) IS DISTINCT FROM 'down' END
    AND e.at IS DISTINCT FROM b.at
    AND ((SELECT scope_is_everything())
        OR ((b.operator_id IN (SELECT scope_operator('outages')) OR (b.operator_id, b.charge_point_id) IN (SELECT s.operator_id, s.charge_point_id FROM scope_charge_points('outages') s))
            AND b.charge_point_id NOT IN (SELECT scope_withheld())));
GRANT SELECT ON derived_outage TO chargepointhub_reader;

-- Where the outages begin that last at an instant: so that those which end or last in a window are found without a look at all before it.
CREATE FUNCTION outages_lasting(asked timestamptz) RETURNS TABLE (operator_id text, charge_point_id text, started_at timestamptz) LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS
$$
    SELECT k.operator_id, k.charge_point_id, b.at
    FROM charge_point_status k
    CROSS JOIN LATERAL (
        SELECT l.at, l.status FROM status_change l
        WHERE l.operator_id = k.operator_id AND l.charge_point_id = k.charge_point_id AND l.at < $1 AND l.tick <= (SELECT asked_tick())
        ORDER BY l.at DESC, l.tick DESC, l.status DESC LIMIT 1) l
    LEFT JOIN LATERAL (
        SELECT o.at, o.tick, o.status FROM status_change o
        WHERE o.operator_id = k.operator_id AND o.charge_point_id = k.charge_point_id AND o.at < $1 AND o.tick <= (SELECT asked_tick())
            AND outage_kind(o.status) IS DISTINCT FROM outage_kind(l.status)
        ORDER BY o.at DESC, o.tick DESC, o.status DESC LIMIT 1) o ON true
    CROSS JOIN LATERAL (
        SELECT f.at FROM status_change f
        WHERE f.operator_id = k.operator_id AND f.charge_point_id = k.charge_point_id AND f.at >= coalesce(o.at, '-infinity') AND f.tick <= (SELECT asked_tick())
            AND (o.at IS NULL OR (f.at, f.tick, f.status) > (o.at, o.tick, o.status)) AND outage_kind(f.status) = outage_kind(l.status)
        ORDER BY f.at, f.tick, f.status LIMIT 1) b
    WHERE outage_kind(l.status) IS NOT NULL
$$;
