-- What the charging sessions of a charge point add up to on each London day: kept by deltas in each page's transaction. No area stands here: where a charge
-- point lies, and what it is, is joined when read. A day comes before its charge points, as pages are of days, and figures of days.
CREATE TABLE usage_day (
    operator_id              text NOT NULL,
    day                      date NOT NULL,
    charge_point_id          text NOT NULL,
    sessions                 integer NOT NULL,
    successful_sessions      integer NOT NULL,
    unended_sessions         integer NOT NULL,
    without_energy           integer NOT NULL,
    without_charging_minutes integer NOT NULL,
    priced_sessions          integer NOT NULL,
    energy_wh                bigint NOT NULL,
    plugged_us               bigint NOT NULL,
    charging_us              bigint NOT NULL,
    idle_us                  bigint NOT NULL,
    revenue_inc_vat          numeric NOT NULL,
    PRIMARY KEY (operator_id, day, charge_point_id)
);

-- Sessions that another session says it replaces (corrects_session_id): they stay, and count in no figure.
CREATE TABLE session_correction (
    operator_id  text NOT NULL,
    corrected_id text NOT NULL,
    session_id   text NOT NULL,
    PRIMARY KEY (operator_id, corrected_id, session_id)
);

-- Operators whose days have still to be made of sessions from before, since when.
CREATE TABLE usage_unbuilt (
    operator_id text PRIMARY KEY
);
INSERT INTO usage_unbuilt (operator_id) SELECT DISTINCT operator_id FROM charging_session;

-- What the last nightly recompute of a roll-up found.
CREATE TABLE rollup_check (
    rollup          text PRIMARY KEY,
    from_day        date NOT NULL,
    to_day          date NOT NULL,
    ended_at        timestamptz NOT NULL,
    compared        bigint NOT NULL,
    differences     bigint NOT NULL,
    -- The last that found a difference; null: none ever did.
    last_differed_at timestamptz
);

-- No reader asks about corrections.
ALTER TABLE session_correction ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_day ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON usage_day FOR SELECT TO chargepointhub_reader USING (
    (SELECT scope_is_everything())
    OR ((operator_id IN (SELECT scope_operator('charging_sessions')) OR (operator_id, charge_point_id) IN (SELECT s.operator_id, s.charge_point_id FROM scope_charge_points('charging_sessions') s))
        AND charge_point_id NOT IN (SELECT scope_withheld())));
GRANT SELECT ON usage_day TO chargepointhub_reader;
