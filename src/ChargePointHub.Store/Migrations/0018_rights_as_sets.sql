-- Fifty operators in an array are walked for each row; as a sub-select they are a set that is looked into.

-- Operators of whom the subject is held in all of London, a row each. Read as jsonb: parsed once, where each arrow reads json anew.
CREATE FUNCTION scope_operator(subject text) RETURNS SETOF text LANGUAGE sql STABLE AS
$$ SELECT jsonb_array_elements_text(nullif(current_setting('chargepointhub.scope', true), '')::jsonb -> 'rights' -> subject -> 'operators') $$;

-- Of those who hold the records of all their operators in full the scope says no more than true.
CREATE OR REPLACE FUNCTION scope_in_full(subject text) RETURNS text[] LANGUAGE sql STABLE AS
$$
    SELECT CASE json_typeof(scope_named() -> 'rights' -> subject -> 'in_full')
        WHEN 'boolean' THEN CASE WHEN (scope_named() -> 'rights' -> subject ->> 'in_full')::boolean THEN scope_operators(subject) ELSE '{}' END
        WHEN 'array' THEN (SELECT coalesce(array_agg(o), '{}') FROM json_array_elements_text(scope_named() -> 'rights' -> subject -> 'in_full') o)
        ELSE '{}'
    END
$$;

-- In PL/pgSQL its plan is made once a connection: in SQL it would be made for each chunk of an answer.
CREATE OR REPLACE FUNCTION scope_withheld() RETURNS SETOF text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS
$$ BEGIN RETURN QUERY SELECT charge_point_id FROM charge_point WHERE NOT published AND operator_id IS DISTINCT FROM scope_own_operator(); END $$;

ALTER POLICY reader ON charging_session USING (
    (SELECT scope_is_everything())
    OR ((operator_id IN (SELECT scope_operator('charging_sessions')) OR (operator_id, charge_point_id) IN (SELECT s.operator_id, s.charge_point_id FROM scope_charge_points('charging_sessions') s))
        AND charge_point_id NOT IN (SELECT scope_withheld())));
ALTER POLICY reader ON charging_session_version USING (
    (SELECT scope_is_everything())
    OR ((operator_id IN (SELECT scope_operator('charging_sessions')) OR (operator_id, charge_point_id) IN (SELECT s.operator_id, s.charge_point_id FROM scope_charge_points('charging_sessions') s))
        AND charge_point_id NOT IN (SELECT scope_withheld())));
ALTER POLICY reader ON status_change USING (
    (SELECT scope_is_everything())
    OR ((operator_id IN (SELECT scope_operator('status_changes')) OR (operator_id, charge_point_id) IN (SELECT s.operator_id, s.charge_point_id FROM scope_charge_points('status_changes') s))
        AND charge_point_id NOT IN (SELECT scope_withheld())));
