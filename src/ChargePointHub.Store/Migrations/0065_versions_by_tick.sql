-- Who follows every version is told them in the order of ticks: without these each page read and sorted all versions that there are.
CREATE INDEX charge_point_version_tick ON charge_point_version (tick);
CREATE INDEX tariff_version_tick ON tariff_version (tick);
CREATE INDEX charging_session_version_tick ON charging_session_version (tick);
CREATE INDEX outage_version_tick ON outage_version (tick);
CREATE INDEX reported_usage_version_tick ON reported_usage_version (tick);
