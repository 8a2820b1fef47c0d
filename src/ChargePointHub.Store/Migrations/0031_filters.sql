-- What filters ask about, as typed columns. They are null in rows from before, whose document still says it: nothing is rewritten here.
ALTER TABLE charge_point ADD COLUMN standards text[], ADD COLUMN access text, ADD COLUMN funding_stream text, ADD COLUMN location_type text;
ALTER TABLE charge_point_version ADD COLUMN standards text[], ADD COLUMN access text, ADD COLUMN funding_stream text, ADD COLUMN location_type text;
ALTER TABLE charging_session ADD COLUMN user_type text;
ALTER TABLE charging_session_version ADD COLUMN user_type text;

-- Windows on other times than the event's. Both times follow the order of arrival closely, so that an index a thousandth of a b-tree's size finds the pages.
CREATE INDEX charging_session_updated ON charging_session USING brin (last_updated) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX charging_session_recorded ON charging_session USING brin (recorded_at) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX status_change_recorded ON status_change USING brin (recorded_at) WITH (pages_per_range = 32, autosummarize = on);
