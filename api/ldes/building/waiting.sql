-- What waits for a page, in its order.
-- $1 int[] event streams, null for all
select w.event_stream_id, w.last_sequence, w.batch
from event_waiting as w
where $1::int[] is null or w.event_stream_id = any($1)
order by w.event_stream_id, w.last_sequence
