-- Records that were taken out because they held what the hub must never hold. The row stays, so that no later page brings the record back.
CREATE TABLE purged_record (
    operator_id text NOT NULL,
    dataset     text NOT NULL,
    -- Of the operator's own id, keyed by a secret of this database: it knows the record again and tells nobody its id.
    id_mark     bytea NOT NULL,
    -- Null: the id itself is what must not be kept.
    record_id   text,
    purged_at   timestamptz NOT NULL,
    tick        bigint NOT NULL,
    purged_by   text NOT NULL,
    reason      text NOT NULL,
    -- Of all tables.
    rows_gone   bigint NOT NULL,
    PRIMARY KEY (operator_id, dataset, id_mark)
);

CREATE FUNCTION purged_record_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'purged_record is history: nothing in it is altered or deleted';
END
$$;
CREATE TRIGGER purged_record_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON purged_record FOR EACH STATEMENT EXECUTE FUNCTION purged_record_stays();
