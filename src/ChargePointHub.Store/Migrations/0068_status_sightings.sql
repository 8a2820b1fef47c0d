-- What a crawl saw of an operator that reports its changes, where its reports say nothing: no change of the charge point is known since reports go on without a gap. So a status
-- that lasts is known beyond the history that the operator still has. One row for each such time and charge point; read with the changes, where days of status are made of them.
CREATE TABLE status_sighting (
    operator_id     text NOT NULL,
    charge_point_id text NOT NULL,
    -- When the crawl asked.
    at              timestamptz NOT NULL,
    status          text NOT NULL,
    -- Since when it is so, as the operator says; null: it does not.
    since           timestamptz CHECK (since <= at),
    tick            bigint NOT NULL,
    PRIMARY KEY (operator_id, charge_point_id, at)
);

ALTER TABLE status_sighting ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON status_sighting FOR SELECT TO chargepointhub_reader USING (
    (SELECT scope_is_everything())
    OR ((operator_id IN (SELECT scope_operator('status_changes')) OR (operator_id, charge_point_id) IN (SELECT s.operator_id, s.charge_point_id FROM scope_charge_points('status_changes') s))
        AND charge_point_id NOT IN (SELECT scope_withheld())));
GRANT SELECT ON status_sighting TO chargepointhub_reader;
