-- Hub ids of the charge point and the session that a refused record names, as it writes them, whatever its protocol calls them: what is purged takes it along.
ALTER TABLE quarantine ADD COLUMN names_point text, ADD COLUMN names_session text;
UPDATE quarantine SET
    names_point = operator_id || ':' || coalesce(document ->> 'charge_point_id', document ->> 'evse_uid', document -> 'cdr_location' ->> 'evse_uid'),
    names_session = operator_id || ':' || (document ->> 'session_id')
WHERE dataset = 'charging_sessions' AND waits_for IS NULL AND document::text !~* '\\u(0000|d[89a-f])';

-- Records that are told of one charge write the ids of charge points in any case.
CREATE INDEX charge_point_folded ON charge_point (operator_id, lower(charge_point_id));

-- Reports say what came late and what was kept out.
UPDATE submission SET report = replace(replace(report::text, '"unchanged":', '"late":0,"unchanged":'), '},"fault":', ',"kept_out":0},"fault":')::json
WHERE report ->> 'written' IS NOT NULL AND report -> 'written' -> 'late' IS NULL;
