-- Note that dead letters went back into the readings.
-- $1 bigint[]: their ids
update dead_letter set replayed_at = now() where dead_letter_id = any($1)
