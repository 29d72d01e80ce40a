-- What waits for its page, of the streams of datasets.
-- $1 integer[]: datasets; $2 text[]: kinds of streams
select event_stream_id, last_sequence, batch, kind
from event_waiting
join event_stream using (event_stream_id)
where dataset_id = any($1) and kind = any($2)
