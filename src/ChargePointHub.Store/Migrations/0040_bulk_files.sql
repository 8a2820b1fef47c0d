-- Bulk files: the records of a settled month as compressed files, a set for each scope that asked for them.

-- Whose files are made, by the scope's mark; open data stands under 'public' for everybody.
CREATE TABLE bulk_scope (
    mark          text PRIMARY KEY,
    registered_at timestamptz NOT NULL,
    -- Months that are settled and not made yet, or have changed; null: nobody has looked yet.
    waiting       integer
);

CREATE TABLE bulk_file (
    file_id        uuid PRIMARY KEY,
    mark           text NOT NULL,
    dataset        text NOT NULL,
    -- First day of a month in London.
    month          date NOT NULL,
    -- Null: it is being made, and nobody sees it. Where times are cut, the beginning of the unit.
    made_at        timestamptz,
    revision       integer NOT NULL,
    -- Every change up to here is in it.
    seen_tick      bigint NOT NULL,
    -- The newest change of what it holds; above seen_tick: it is to be made anew.
    changed_tick   bigint NOT NULL DEFAULT 0,
    stale_since    timestamptz,
    -- Rights name boroughs: what leaves a borough must leave the file.
    is_of_areas    boolean NOT NULL,
    row_count      bigint,
    -- Whose records it holds, and how many of each.
    operators      text[],
    operator_rows  bigint[],
    -- What the answer that it was made of said of itself.
    statement      json,
    -- Of that what would make it another file.
    judged         text
);
CREATE UNIQUE INDEX bulk_file_made ON bulk_file (mark, dataset, month) WHERE made_at IS NOT NULL;

CREATE TABLE bulk_form (
    file_id         uuid NOT NULL REFERENCES bulk_file ON DELETE CASCADE,
    -- ndjson or csv.
    form            text NOT NULL,
    bytes           bigint NOT NULL,
    sha256          bytea NOT NULL,
    plain_bytes     bigint NOT NULL,
    plain_sha256    bytea NOT NULL,
    -- Of the compressed file that stood in its place before; null: none did.
    replaces_sha256 bytea,
    PRIMARY KEY (file_id, form)
);

-- Compressed bytes in pieces of 256 KiB, the last of a form shorter.
CREATE TABLE bulk_chunk (
    file_id uuid NOT NULL REFERENCES bulk_file ON DELETE CASCADE,
    form    text NOT NULL,
    number  integer NOT NULL,
    bytes   bytea NOT NULL,
    PRIMARY KEY (file_id, form, number)
);
ALTER TABLE bulk_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE FUNCTION scope_mark() RETURNS text LANGUAGE sql STABLE AS
$$ SELECT scope_named() ->> 'mark' $$;

ALTER TABLE bulk_scope ENABLE ROW LEVEL SECURITY;
ALTER TABLE bulk_file ENABLE ROW LEVEL SECURITY;
ALTER TABLE bulk_form ENABLE ROW LEVEL SECURITY;
ALTER TABLE bulk_chunk ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON bulk_scope FOR SELECT TO chargepointhub_reader USING (mark = (SELECT scope_mark()) OR (mark = 'public' AND (SELECT scope_reads_open())));
CREATE POLICY reader ON bulk_file FOR SELECT TO chargepointhub_reader USING (
    made_at IS NOT NULL AND (mark = (SELECT scope_mark()) OR (mark = 'public' AND (SELECT scope_reads_open()))));
-- Where the file is seen, which its own policy decides.
CREATE POLICY reader ON bulk_form FOR SELECT TO chargepointhub_reader USING (EXISTS (SELECT FROM bulk_file f WHERE f.file_id = bulk_form.file_id));
CREATE POLICY reader ON bulk_chunk FOR SELECT TO chargepointhub_reader USING (EXISTS (SELECT FROM bulk_file f WHERE f.file_id = bulk_chunk.file_id));
GRANT SELECT ON bulk_scope, bulk_file, bulk_form, bulk_chunk TO chargepointhub_reader;
