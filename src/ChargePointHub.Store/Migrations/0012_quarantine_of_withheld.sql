-- What was refused or waits is shown to others than its operator only where its charge point is known to be published: who withholds it withholds what went wrong there.

-- Hub id of the charge point that a record in quarantine speaks of; null: it names none, or does not plainly say that it is published.
-- A mapping may call that word anything, so that what came by one says nothing; of documents too long to be kept nothing is known.
CREATE FUNCTION quarantine_charge_point(dataset text, operator_id text, own_id text, waits_for text, document json) RETURNS text LANGUAGE sql IMMUTABLE AS
$$
    SELECT CASE dataset
        WHEN 'charging_sessions' THEN coalesce(waits_for, operator_id || ':' || (document ->> 'charge_point_id'))
        WHEN 'status_changes' THEN operator_id || ':' || own_id
        WHEN 'charge_points' THEN CASE WHEN json_typeof(document) = 'object' AND document -> 'levels' IS NULL AND document::text !~* '"publish"\s*:(?!\s*true\M)' THEN operator_id || ':' || own_id END
    END
$$;

-- Policies of one table add up, so that this one takes the place of the one before. Charge points are looked up under the reader's own rights.
DROP POLICY reader ON quarantine;
CREATE POLICY reader ON quarantine FOR SELECT TO chargepointhub_reader USING (
    (SELECT scope_is_everything()) OR (
        operator_id = ANY (CASE dataset
            WHEN 'charging_sessions' THEN (SELECT scope_findings('charging_sessions')) WHEN 'status_changes' THEN (SELECT scope_findings('status_changes'))
            ELSE (SELECT scope_operators('feed_quality')) END)
        AND (operator_id = (SELECT scope_own_operator()) OR dataset = 'tariffs' OR EXISTS (
            SELECT FROM charge_point c
            WHERE c.operator_id = quarantine.operator_id AND c.published
                AND c.charge_point_id = quarantine_charge_point(quarantine.dataset, quarantine.operator_id, quarantine.own_id, quarantine.waits_for, quarantine.document)))));

-- Since when the sessions wait that quarantine_count counts: a time, and nothing of a record.
CREATE FUNCTION quarantine_waits_since(asked_operator text, asked_dataset text) RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS
$$ SELECT min(recorded_at) FROM quarantine WHERE operator_id = $1 AND dataset = $2 AND waits_for IS NOT NULL $$;
