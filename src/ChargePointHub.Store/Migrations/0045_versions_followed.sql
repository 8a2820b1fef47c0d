-- Followers of versions are told of a purged charge point although it may have come back since: until then everybody could read it.
CREATE POLICY reader_of_charge_points ON record_gone FOR SELECT TO chargepointhub_reader USING (dataset = 'charge_points' AND (SELECT scope_reads_open()));

-- Of one that was withheld and is not known any longer, what is there can be read again, and is told.
ALTER POLICY reader ON charge_point_told USING ((SELECT scope_is_everything()) OR ((was_published OR published) AND (SELECT scope_reads_open())));
