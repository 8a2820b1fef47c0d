-- One row a purge: what comes all the same, or was mended, may be purged again.
ALTER TABLE purged_record DROP CONSTRAINT purged_record_pkey;
ALTER TABLE purged_record ADD PRIMARY KEY (operator_id, dataset, id_mark, tick);

-- False: its operator has mended it, and what it sends from then on is taken again.
ALTER TABLE purged_record ADD COLUMN keeps_out boolean NOT NULL DEFAULT true;

-- Nothing is altered but that an id is forgotten.
DROP TRIGGER purged_record_stays ON purged_record;
CREATE OR REPLACE FUNCTION purged_record_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        OLD.record_id := NULL;
        IF NEW IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'purged_record is history: nothing in it is altered or deleted';
END
$$;
CREATE TRIGGER purged_record_stays BEFORE DELETE OR TRUNCATE ON purged_record FOR EACH STATEMENT EXECUTE FUNCTION purged_record_stays();
CREATE TRIGGER purged_record_keeps BEFORE UPDATE ON purged_record FOR EACH ROW EXECUTE FUNCTION purged_record_stays();
