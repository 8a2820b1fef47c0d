-- Windows on the time at which the vehicle left: as the other times, it follows arrival.
CREATE INDEX charging_session_plug_out ON charging_session USING brin (plug_out_at) WITH (pages_per_range = 32, autosummarize = on);
