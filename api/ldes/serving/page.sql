-- A closed page.
-- $1 int stream, $2 int its number
select name, open, retired_at is not null as retired
from event_page
where event_stream_id = $1 and page = $2
