-- Several hubs on one database: who they are, who collects from whom, and the requests that they have sent.

-- A hub that is at work says so every few seconds. For people, for fair shares, and to see that all have the same operator files.
CREATE TABLE instance (
    instance_id   uuid PRIMARY KEY,
    host          text NOT NULL,
    registry_hash text NOT NULL,
    started_at    timestamptz NOT NULL,
    seen_at       timestamptz NOT NULL
);

-- Who collects from an operator, and until when. The token grows whenever the lease is taken, and only under the lock that the
-- operator's pages take: what a page's transaction reads of it holds until its commit.
CREATE TABLE operator_lease (
    operator_id text PRIMARY KEY,
    holder      uuid,
    token       bigint NOT NULL,
    taken_at    timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL
);

ALTER TABLE run ADD COLUMN lease_token bigint;

-- What has been asked of the operators of one limit group, by all hubs together. Times are the database's.
CREATE TABLE limit_group (
    limit_group text PRIMARY KEY,
    -- Newest first; as far back as the longest limit looks.
    passed      timestamptz[] NOT NULL DEFAULT '{}',
    -- An operator asked to be left alone until then.
    held_until  timestamptz NOT NULL DEFAULT '-infinity',
    -- Live work waits for a turn: history gives way until then.
    live_until  timestamptz NOT NULL DEFAULT '-infinity'
);

-- Null: one request more is counted, and may be sent now. Otherwise the seconds after which to ask again.
CREATE FUNCTION take_turn(asked_group text, most integer[], spans interval[], gives_way boolean) RETURNS double precision
LANGUAGE plpgsql AS $$
DECLARE
    held    limit_group;
    moment  timestamptz;
    free_at timestamptz;
BEGIN
    INSERT INTO limit_group (limit_group) SELECT asked_group
    WHERE NOT EXISTS (SELECT 1 FROM limit_group g WHERE g.limit_group = asked_group) ON CONFLICT DO NOTHING;
    SELECT * INTO held FROM limit_group g WHERE g.limit_group = asked_group FOR UPDATE;
    moment := greatest(clock_timestamp(), held.passed[1]);
    SELECT greatest(held.held_until, max(held.passed[l.n] + l.span)) INTO free_at FROM unnest(most, spans) AS l (n, span);
    IF gives_way THEN
        free_at := greatest(free_at, held.live_until);
    END IF;
    IF free_at > moment THEN
        IF NOT gives_way AND held.live_until < free_at + interval '250 milliseconds' THEN
            UPDATE limit_group g SET live_until = free_at + interval '250 milliseconds' WHERE g.limit_group = asked_group;
        END IF;
        RETURN extract(epoch FROM free_at - moment);
    END IF;
    UPDATE limit_group g SET passed = moment || ARRAY(
        SELECT p.sent FROM unnest(held.passed) WITH ORDINALITY AS p (sent, place)
        WHERE p.sent > moment - (SELECT max(s.span) FROM unnest(spans) AS s (span)) ORDER BY p.place)
    WHERE g.limit_group = asked_group;
    RETURN NULL;
END
$$;
