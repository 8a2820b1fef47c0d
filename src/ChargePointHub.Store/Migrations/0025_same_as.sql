-- Charge points of different operators that are one and the same: found by a sweep, both kept, each pair in both directions.
CREATE TABLE charge_point_same (
    operator_id       text NOT NULL,
    charge_point_id   text NOT NULL,
    other_operator_id text NOT NULL,
    other_id          text NOT NULL,
    reason            text NOT NULL CHECK (reason IN ('evse_id', 'position_and_power')),
    PRIMARY KEY (operator_id, charge_point_id, other_operator_id, other_id)
);

-- Who may not see one of the two is not told of the pair.
ALTER TABLE charge_point_same ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON charge_point_same FOR SELECT TO chargepointhub_reader USING (
    (SELECT scope_is_everything()) OR ((SELECT scope_reads_open()) AND charge_point_id NOT IN (SELECT scope_withheld()) AND other_id NOT IN (SELECT scope_withheld())));
GRANT SELECT ON charge_point_same TO chargepointhub_reader;
