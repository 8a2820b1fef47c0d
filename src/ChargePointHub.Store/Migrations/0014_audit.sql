-- Who read restricted data: an opened row before the first byte of the answer, a closed one after the last. Rows of one instance are a chain, each with the hash of the one before.

CREATE TABLE audit_event (
    -- Of one run of one instance.
    chain           uuid NOT NULL,
    -- From 1, without a gap.
    number          bigint NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('opened', 'closed', 'checkpoint')),
    written_at      timestamptz NOT NULL,
    -- Of a closed row: number of the opened row that it belongs to.
    opened          bigint,
    request_id      text,
    key_id          text,
    -- Null: the key was made without an organisation.
    organisation_id text,
    -- Name of the organisation, else of the key, as it was then.
    holder          text,
    -- What the right stems from: everything, <operator>:own, <operator>:grant:<grant id>.
    rights          text[],
    -- As declared.
    route           text,
    -- As asked.
    path            text,
    filter          text,
    -- Whose data the answer may hold; of a closed row also whoever else it held.
    operators       text[],
    outcome         text CHECK (outcome IN ('complete', 'unchanged', 'broken_off', 'rights_ended', 'refused', 'failed')),
    -- Of each of operators, in that order.
    records         bigint[],
    -- Of the whole answer, before it was packed.
    bytes           bigint,
    -- Hash of the row before; of the first row 32 zeros.
    previous        bytea NOT NULL,
    -- SHA-256 over the hash of the row before and all of this row but its number.
    hash            bytea NOT NULL,
    PRIMARY KEY (chain, number),
    CHECK ((kind = 'opened') = (route IS NOT NULL) AND (kind = 'closed') = (opened IS NOT NULL AND outcome IS NOT NULL) AND (kind = 'checkpoint') = (operators IS NULL))
);
CREATE UNIQUE INDEX audit_event_closed ON audit_event (chain, opened) WHERE kind = 'closed';
CREATE INDEX audit_event_opened ON audit_event (written_at, chain, number) WHERE kind = 'opened';

CREATE FUNCTION audit_event_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_event is history: nothing in it is altered or deleted';
END
$$;
CREATE TRIGGER audit_event_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION audit_event_stays();

-- Auditors are those to whom not even what is open is open.
CREATE FUNCTION scope_reads_audit() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT scope_named() IS NOT NULL AND NOT scope_reads_open() $$;

-- An operator sees the rows that concern it. What they say of others beside it, the code that answers leaves out.
ALTER TABLE audit_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON audit_event FOR SELECT TO chargepointhub_reader USING (
    (SELECT scope_is_everything()) OR (SELECT scope_reads_audit()) OR (SELECT scope_own_operator()) = ANY (operators));
GRANT SELECT ON audit_event TO chargepointhub_reader;
