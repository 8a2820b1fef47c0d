-- When these bytes first came for this dataset and period, however they were read; null: saved by a hub that did not know it, and received_at stands for it.
ALTER TABLE submission ADD COLUMN first_received_at timestamptz;
