-- Where an operator tells of one charge by several records (OCPI's Session and CDR), each as it was mapped. What they make together is the charging session.
CREATE TABLE session_part (
    operator_id     text NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('session', 'cdr')),
    -- What the record goes by, in lower case, as ids are compared without case.
    part_key        text NOT NULL,
    part_id         text NOT NULL,
    -- False: a CDR that names no session.
    names_session   boolean NOT NULL,
    final           boolean NOT NULL,
    credits         text,
    charge_point_id text NOT NULL,
    plug_in_at      timestamptz NOT NULL,
    last_updated    timestamptz NOT NULL,
    -- Which charge it is of, and the id of the record that it was last written into; null: of none.
    charge_key      text NOT NULL,
    session_id      text,
    feed_id         text NOT NULL,
    run_id          uuid NOT NULL,
    findings        json,
    document        json NOT NULL,
    PRIMARY KEY (operator_id, kind, part_key)
);
CREATE INDEX session_part_charge ON session_part (operator_id, charge_key);
CREATE INDEX session_part_start ON session_part (operator_id, charge_point_id, plug_in_at);
CREATE INDEX session_part_credits ON session_part (operator_id, lower(credits)) WHERE credits IS NOT NULL;
