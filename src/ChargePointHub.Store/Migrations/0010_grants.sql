-- Who may read what: organisations, their agreements with operators, and grants under these. The reviewed file is the truth; `grants apply` brings it here.
-- Keys from before have no organisation: what was written beside them, scope 'everything', stays what they open.

CREATE TABLE organisation (
    organisation_id text PRIMARY KEY,
    name            text NOT NULL,
    role            text NOT NULL CHECK (role IN ('operator', 'borough', 'tfl', 'gla', 'london_councils', 'administrator', 'auditor')),
    operator_id     text CHECK ((operator_id IS NOT NULL) = (role = 'operator'))
);

CREATE TABLE agreement (
    agreement_id text PRIMARY KEY,
    title        text NOT NULL,
    operator_id  text NOT NULL,
    valid_from   timestamptz,
    valid_to     timestamptz
);

CREATE TABLE access_grant (
    grant_id        text PRIMARY KEY,
    agreement_id    text NOT NULL,
    organisation_id text NOT NULL,
    datasets        text[] NOT NULL,
    -- GSS codes; null: pan-London.
    boroughs        text[],
    valid_from      timestamptz,
    valid_to        timestamptz
);
CREATE INDEX access_grant_organisation ON access_grant (organisation_id);

ALTER TABLE access_key ADD COLUMN organisation_id text;

-- What was in force and when it changed, by whom: never altered, never deleted from.
CREATE TABLE access_change (
    changed_at timestamptz NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('organisation', 'agreement', 'grant')),
    id         text NOT NULL,
    changed_by text NOT NULL,
    -- Null: it is new.
    before     json,
    -- Null: it has ended.
    after      json,
    PRIMARY KEY (changed_at, kind, id)
);
CREATE INDEX access_change_of ON access_change (kind, id, changed_at);

CREATE FUNCTION access_change_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'access_change is history: nothing in it is altered or deleted';
END
$$;
CREATE TRIGGER access_change_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON access_change FOR EACH STATEMENT EXECUTE FUNCTION access_change_stays();
