-- When each key last opened something, to the minute: one that nobody uses can be withdrawn.
ALTER TABLE access_key ADD COLUMN last_used_at timestamptz;
