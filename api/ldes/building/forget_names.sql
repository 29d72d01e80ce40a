-- These pages lie in the store no more.
-- $1 int[] streams, $2 int[] pages
update event_page as p
set name = ''
from unnest($1::int[], $2::int[]) as w (event_stream_id, page)
where p.event_stream_id = w.event_stream_id and p.page = w.page
