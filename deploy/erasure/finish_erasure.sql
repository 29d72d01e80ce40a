-- Note that nothing is left of it; returns what was erased.
-- $1 bigint: erasure
update erasure set finished_at = clock_timestamp() where erasure_id = $1 returning counts
