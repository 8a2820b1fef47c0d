-- What followers of changes are told: at which tick what is served of each record last changed, and what is no longer served.

-- Of each charge point what was last told of it, also when it is gone: status, areas, links and freshness change in other tables than the record.
CREATE TABLE charge_point_told (
    operator_id     text NOT NULL,
    charge_point_id text NOT NULL,
    -- At which the record as it is served, all that is joined to it included, last changed.
    tick            bigint NOT NULL,
    -- At which what happened there was last to be told again, as what it takes of the charge point changed; null: never.
    place_tick      bigint,
    -- Readers may have it, so that its end is told.
    was_published   boolean NOT NULL,
    published       boolean NOT NULL,
    power_band      text,
    borough_gss     text,
    ward_gss        text,
    lsoa21          text,
    PRIMARY KEY (operator_id, charge_point_id)
);
CREATE INDEX charge_point_told_tick ON charge_point_told (tick);
CREATE INDEX charge_point_told_place ON charge_point_told (place_tick) WHERE place_tick IS NOT NULL;

-- What happened at a charge point leaves a reader's rights with its place: the last tick at which it left a borough, or ('') was withheld or purged.
CREATE TABLE charge_point_left (
    operator_id     text NOT NULL,
    charge_point_id text NOT NULL,
    borough_gss     text NOT NULL,
    tick            bigint NOT NULL,
    PRIMARY KEY (operator_id, charge_point_id, borough_gss)
);
CREATE INDEX charge_point_left_tick ON charge_point_left (tick);

-- Records that ended or were purged, and sessions that were corrected to be of another charge point, which may be another's to read.
CREATE TABLE record_gone (
    dataset         text NOT NULL,
    operator_id     text NOT NULL,
    record_id       text NOT NULL,
    -- Where it is gone from; empty: of no charge point.
    charge_point_id text NOT NULL,
    tick            bigint NOT NULL,
    PRIMARY KEY (dataset, operator_id, record_id, charge_point_id)
);
CREATE INDEX record_gone_tick ON record_gone (tick);

-- Whether followers are told an operator's statuses as they are stored, or all as MISSING: as the lists tell them, up to a few seconds later.
CREATE TABLE operator_freshness (
    operator_id text PRIMARY KEY,
    is_fresh    boolean NOT NULL,
    tick        bigint NOT NULL
);

-- An event that takes the place of an observation keeps its tick, as no version of it is kept; followers are told by this one.
ALTER TABLE status_change ADD COLUMN replaced_tick bigint;

-- One page has one tick, so that these indexes hold each tick once: they grow at their end and take little.
CREATE INDEX status_change_changed ON status_change ((greatest(tick, replaced_tick)));
CREATE INDEX charging_session_tick ON charging_session (tick);
CREATE INDEX tariff_tick ON tariff (tick);
-- What happened at a charge point is told again when its place changes.
CREATE INDEX charging_session_charge_point ON charging_session (operator_id, charge_point_id, session_id);

INSERT INTO charge_point_told (operator_id, charge_point_id, tick, was_published, published, power_band, borough_gss, ward_gss, lsoa21)
SELECT c.operator_id, c.charge_point_id, greatest(c.tick, s.tick), c.published, c.published, c.power_band, a.borough_gss, a.ward_gss, a.lsoa21
FROM charge_point c LEFT JOIN charge_point_area a USING (operator_id, charge_point_id) LEFT JOIN charge_point_status s USING (operator_id, charge_point_id);

ALTER TABLE charge_point_told ENABLE ROW LEVEL SECURITY;
ALTER TABLE charge_point_left ENABLE ROW LEVEL SECURITY;
ALTER TABLE record_gone ENABLE ROW LEVEL SECURITY;
ALTER TABLE operator_freshness ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON operator_freshness FOR SELECT TO chargepointhub_reader USING ((SELECT scope_is_everything()) OR (SELECT scope_reads_open()));
CREATE POLICY reader ON charge_point_told FOR SELECT TO chargepointhub_reader USING ((SELECT scope_is_everything()) OR (was_published AND (SELECT scope_reads_open())));
-- Only what was published has left: where a charge point was, everybody could read.
CREATE POLICY reader ON charge_point_left FOR SELECT TO chargepointhub_reader USING ((SELECT scope_is_everything()) OR (SELECT scope_reads_open()));
CREATE POLICY reader ON record_gone FOR SELECT TO chargepointhub_reader USING (
    (SELECT scope_is_everything())
    OR (dataset = 'tariffs' AND (SELECT scope_reads_open()))
    OR (dataset = 'charging_sessions'
        AND (operator_id IN (SELECT scope_operator('charging_sessions')) OR (operator_id, charge_point_id) IN (SELECT s.operator_id, s.charge_point_id FROM scope_charge_points('charging_sessions') s))
        AND charge_point_id NOT IN (SELECT scope_withheld())));
GRANT SELECT ON charge_point_told, charge_point_left, record_gone, operator_freshness TO chargepointhub_reader;

-- Whose records were purged since a tick without their ids being kept: who has them cannot be told which, and has to begin anew.
CREATE FUNCTION purged_unnamed(since bigint) RETURNS TABLE (operator_id text, dataset text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS
$$ SELECT DISTINCT p.operator_id, p.dataset FROM purged_record p WHERE p.record_id IS NULL AND p.tick > $1 $$;
