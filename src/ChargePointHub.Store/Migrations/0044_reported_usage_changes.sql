-- Followers of changes are told what operators report as well: of a charge point as what happens there, of a location by where all its charge points lie.
ALTER TABLE charge_point_told ADD COLUMN location_id text;
UPDATE charge_point_told t SET location_id = c.location_id FROM charge_point c WHERE c.operator_id = t.operator_id AND c.charge_point_id = t.charge_point_id;

-- Of each location what its charge points make of it; one that is not here has none, so that it is published and lies nowhere.
CREATE TABLE location_told (
    operator_id text NOT NULL,
    location_id text NOT NULL,
    -- At which what is reported of it was last to be told again; null: never.
    place_tick  bigint,
    -- Each of its charge points is.
    published   boolean NOT NULL,
    -- In which all of them lie.
    borough_gss text,
    PRIMARY KEY (operator_id, location_id)
);
CREATE INDEX location_told_place ON location_told (place_tick) WHERE place_tick IS NOT NULL;

-- As charge_point_left.
CREATE TABLE location_left (
    operator_id text NOT NULL,
    location_id text NOT NULL,
    borough_gss text NOT NULL,
    tick        bigint NOT NULL,
    PRIMARY KEY (operator_id, location_id, borough_gss)
);
CREATE INDEX location_left_tick ON location_left (tick);

INSERT INTO location_told (operator_id, location_id, published, borough_gss)
SELECT c.operator_id, c.location_id, bool_and(c.published), CASE WHEN count(*) = count(a.borough_gss) AND min(a.borough_gss) = max(a.borough_gss) THEN min(a.borough_gss) END
FROM charge_point c LEFT JOIN charge_point_area a USING (operator_id, charge_point_id) GROUP BY c.operator_id, c.location_id;

CREATE INDEX reported_usage_tick ON reported_usage (tick);
CREATE INDEX reported_usage_charge_point ON reported_usage (operator_id, charge_point_id, reported_usage_id) WHERE charge_point_id IS NOT NULL;
CREATE INDEX reported_usage_location ON reported_usage (operator_id, location_id, reported_usage_id) WHERE location_id IS NOT NULL;

-- Empty: of no location.
ALTER TABLE record_gone ADD COLUMN location_id text NOT NULL DEFAULT '';
ALTER POLICY reader ON record_gone USING (
    (SELECT scope_is_everything())
    OR (dataset = 'tariffs' AND (SELECT scope_reads_open()))
    OR (dataset = 'charging_sessions'
        AND (operator_id IN (SELECT scope_operator('charging_sessions')) OR (operator_id, charge_point_id) IN (SELECT s.operator_id, s.charge_point_id FROM scope_charge_points('charging_sessions') s))
        AND charge_point_id NOT IN (SELECT scope_withheld()))
    OR (dataset = 'reported_usage'
        AND (operator_id IN (SELECT scope_operator('reported_usage'))
            OR (operator_id, charge_point_id) IN (SELECT s.operator_id, s.charge_point_id FROM scope_charge_points('reported_usage') s)
            OR location_id IN (SELECT scope_locations('reported_usage')))
        AND charge_point_id NOT IN (SELECT scope_withheld()) AND location_id NOT IN (SELECT scope_withheld_locations())));

ALTER TABLE location_told ENABLE ROW LEVEL SECURITY;
ALTER TABLE location_left ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON location_told FOR SELECT TO chargepointhub_reader USING ((SELECT scope_is_everything()) OR (published AND (SELECT scope_reads_open())));
-- Only those of which something is reported have left, which is not everybody's to know.
CREATE POLICY reader ON location_left FOR SELECT TO chargepointhub_reader USING (
    (SELECT scope_is_everything())
    OR operator_id IN (SELECT scope_operator('reported_usage'))
    OR (operator_id, borough_gss) IN (SELECT g ->> 0, g ->> 1 FROM json_array_elements(scope_named() -> 'rights' -> 'reported_usage' -> 'areas') g));
GRANT SELECT ON location_told, location_left TO chargepointhub_reader;
