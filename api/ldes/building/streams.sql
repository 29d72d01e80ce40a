-- Event streams, and how far their pages are.
select event_stream_id, dataset_id, kind, open_page, open_bucket, lower_time, closed_sequence
from event_stream
order by event_stream_id
