-- Of sessions that wait: the record does not say when it changed, and is newer than what came before it. The page that releases it is of another dataset and does not know.
ALTER TABLE quarantine ADD COLUMN later_wins boolean NOT NULL DEFAULT false;
