-- Whose records were purged between two ticks without their ids being kept: who is told of times in whole units is told of a purge when its unit is over, as of all else. Told
-- at once, and again and again, a copy that was begun after the purge would be begun anew until then.
CREATE FUNCTION purged_unnamed(since bigint, up_to bigint) RETURNS TABLE (operator_id text, dataset text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS
$$ SELECT DISTINCT p.operator_id, p.dataset FROM purged_record p WHERE p.record_id IS NULL AND p.tick > $1 AND p.tick <= $2 $$;
