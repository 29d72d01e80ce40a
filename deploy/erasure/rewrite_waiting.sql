-- Let less wait for its page.
-- $1 integer: stream; $2 bigint: last sequence of the batch; $3 bytea: the batch
update event_waiting set batch = $3 where event_stream_id = $1 and last_sequence = $2
