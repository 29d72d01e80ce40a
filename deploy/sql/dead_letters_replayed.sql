-- Note that dead letters went back into the pipeline.
-- $1 bigint[]: their ids
update dead_letter set replayed_at = clock_timestamp() where dead_letter_id = any($1)
