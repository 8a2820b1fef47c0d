-- An operator may send escapes that stand for no text, \u0000 and half a surrogate pair. PostgreSQL keeps them and refuses to read them, which would end every
-- answer over such a record: it does not plainly say where it belongs, so it is its operator's alone. Escapes of whole pairs are held to be such as well.
CREATE OR REPLACE FUNCTION quarantine_charge_point(dataset text, operator_id text, own_id text, waits_for text, document json) RETURNS text LANGUAGE sql IMMUTABLE AS
$$
    SELECT CASE
        WHEN dataset = 'charging_sessions' AND waits_for IS NOT NULL THEN waits_for
        WHEN dataset = 'status_changes' THEN operator_id || ':' || own_id
        WHEN document::text ~* '\\u(0000|d[89a-f])' THEN NULL
        WHEN dataset = 'charging_sessions' THEN operator_id || ':' || (document ->> 'charge_point_id')
        WHEN dataset = 'charge_points' THEN CASE WHEN json_typeof(document) = 'object' AND document -> 'levels' IS NULL AND document::text !~* '"publish"\s*:(?!\s*true\M)' THEN operator_id || ':' || own_id END
    END
$$;
