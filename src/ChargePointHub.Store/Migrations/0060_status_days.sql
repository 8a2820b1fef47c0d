-- For how long each charge point was in each status on each London day that has ended, within its opening hours: made of status changes and of what the ledger says
-- that the hub saw. Time in no status is MISSING. No area stands here: where a charge point lies, and what it is, is joined when read.
CREATE TABLE status_day (
    operator_id     text NOT NULL,
    day             date NOT NULL,
    charge_point_id text NOT NULL,
    available_us    bigint NOT NULL,
    blocked_us      bigint NOT NULL,
    charging_us     bigint NOT NULL,
    inoperative_us  bigint NOT NULL,
    outoforder_us   bigint NOT NULL,
    planned_us      bigint NOT NULL,
    removed_us      bigint NOT NULL,
    reserved_us     bigint NOT NULL,
    unknown_us      bigint NOT NULL,
    PRIMARY KEY (operator_id, day, charge_point_id)
);

-- Which days of an operator are made (both inclusive); all others are worked out when read.
CREATE TABLE status_day_made (
    operator_id text PRIMARY KEY,
    from_day    date NOT NULL,
    to_day      date NOT NULL,
    -- Whether the operator reports its changes: what crawls see between them tells nothing then.
    reports     boolean NOT NULL
);

-- Days made before a page brought something of them: until they are made anew they are worked out when read. '': every charge point of the operator, as the hub saw more.
CREATE TABLE status_day_dirty (
    operator_id     text NOT NULL,
    tick            bigint NOT NULL,
    charge_point_id text NOT NULL,
    from_day        date NOT NULL,
    to_day          date NOT NULL,
    PRIMARY KEY (operator_id, tick, charge_point_id, from_day)
);

-- The opening hours that a charge point's days were made by; those that are not here were always open.
CREATE TABLE status_day_hours (
    operator_id     text NOT NULL,
    charge_point_id text NOT NULL,
    hours           text NOT NULL,
    PRIMARY KEY (operator_id, charge_point_id)
);

ALTER TABLE status_day ENABLE ROW LEVEL SECURITY;
ALTER TABLE status_day_made ENABLE ROW LEVEL SECURITY;
ALTER TABLE status_day_dirty ENABLE ROW LEVEL SECURITY;
ALTER TABLE status_day_hours ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON status_day FOR SELECT TO chargepointhub_reader USING (
    (SELECT scope_is_everything())
    OR ((operator_id IN (SELECT scope_operator('status_changes')) OR (operator_id, charge_point_id) IN (SELECT s.operator_id, s.charge_point_id FROM scope_charge_points('status_changes') s))
        AND charge_point_id NOT IN (SELECT scope_withheld())));
GRANT SELECT ON status_day TO chargepointhub_reader;
