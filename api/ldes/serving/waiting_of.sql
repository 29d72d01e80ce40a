-- What waits for the open page of a stream, in its order.
-- $1 int stream
select batch from event_waiting where event_stream_id = $1 order by last_sequence
