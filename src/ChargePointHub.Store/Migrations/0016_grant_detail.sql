-- A grant may withhold fields of the records that it gives, and cut their times to whole units.

ALTER TABLE access_grant
    -- Of those that can be withheld the only ones that are given; null: all.
    ADD COLUMN fields text[],
    ADD COLUMN time_precision text NOT NULL DEFAULT 'exact' CHECK (time_precision IN ('exact', '15_min', 'hour', 'day'));

-- Operators of whom the subject is held in all of London, each record as it is. A hub from before names none: it is told nothing of what was refused.
CREATE FUNCTION scope_in_full(subject text) RETURNS text[] LANGUAGE sql STABLE AS
$$ SELECT coalesce(array_agg(o), '{}') FROM json_array_elements_text(scope_named() -> 'rights' -> subject -> 'in_full') o $$;

-- What was refused holds parts of records, fields and times as they came: for those from whom nothing of the records is withheld.
CREATE OR REPLACE FUNCTION scope_findings(dataset text) RETURNS text[] LANGUAGE sql STABLE AS
$$
    SELECT coalesce(array_agg(o), '{}') FROM unnest(scope_operators('feed_quality')) o
    WHERE dataset NOT IN ('charging_sessions', 'status_changes') OR o = ANY (scope_in_full(dataset))
$$;
