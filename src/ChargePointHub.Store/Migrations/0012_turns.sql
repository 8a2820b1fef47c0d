-- The function of 0002 named a variable as one of its columns, and so never ran.
CREATE OR REPLACE FUNCTION take_turn(asked_group text, most integer[], spans interval[], gives_way boolean) RETURNS double precision
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
