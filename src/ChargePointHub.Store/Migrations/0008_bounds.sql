-- What is looked at often costs the same however much has gathered.

-- Findings are counted over the newest records that have some.
CREATE INDEX charging_session_found ON charging_session (operator_id, plug_in_at) WHERE findings IS NOT NULL;
CREATE INDEX status_change_found ON status_change (operator_id, at) WHERE findings IS NOT NULL;

-- Answers count quarantine by the time of events.
CREATE INDEX quarantine_event ON quarantine (dataset, operator_id, (coalesce(event_at, recorded_at)));
CREATE INDEX quarantine_waiting ON quarantine (operator_id, dataset, recorded_at) WHERE waits_for IS NOT NULL;

-- How many records quarantine holds, kept by the statements that put them in and take them out.
CREATE TABLE quarantine_count (
    operator_id text NOT NULL,
    dataset     text NOT NULL,
    refused     bigint NOT NULL CHECK (refused >= 0),
    waiting     bigint NOT NULL CHECK (waiting >= 0),
    PRIMARY KEY (operator_id, dataset)
);
INSERT INTO quarantine_count
SELECT operator_id, dataset, count(*) FILTER (WHERE waits_for IS NULL), count(waits_for) FROM quarantine GROUP BY operator_id, dataset;

CREATE FUNCTION count_quarantine() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sign integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
    INSERT INTO quarantine_count (operator_id, dataset, refused, waiting)
    SELECT operator_id, dataset, 0, 0 FROM changed GROUP BY operator_id, dataset ON CONFLICT DO NOTHING;
    UPDATE quarantine_count c SET refused = c.refused + sign * n.refused, waiting = c.waiting + sign * n.waiting
    FROM (SELECT operator_id, dataset, count(*) FILTER (WHERE waits_for IS NULL) AS refused, count(waits_for) AS waiting FROM changed GROUP BY operator_id, dataset) n
    WHERE c.operator_id = n.operator_id AND c.dataset = n.dataset;
    RETURN NULL;
END $$;
CREATE TRIGGER quarantine_put AFTER INSERT ON quarantine REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_quarantine();
CREATE TRIGGER quarantine_taken AFTER DELETE ON quarantine REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_quarantine();

-- Sessions that wait make way as well; and of which time records made way, so that an answer knows that it counts too few.
ALTER TABLE quarantine_overflow ADD COLUMN waiting boolean NOT NULL DEFAULT false;
ALTER TABLE quarantine_overflow ADD COLUMN from_at timestamptz NOT NULL DEFAULT '-infinity';
ALTER TABLE quarantine_overflow ADD COLUMN to_at timestamptz NOT NULL DEFAULT 'infinity';
ALTER TABLE quarantine_overflow DROP CONSTRAINT quarantine_overflow_pkey;
ALTER TABLE quarantine_overflow ADD PRIMARY KEY (operator_id, dataset, waiting);
