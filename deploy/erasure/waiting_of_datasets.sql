-- What waits for its page, of the streams of datasets.
-- $1 integer[]: datasets
select event_stream_id, last_sequence, batch
from event_waiting
join event_stream using (event_stream_id)
where dataset_id = any($1)
