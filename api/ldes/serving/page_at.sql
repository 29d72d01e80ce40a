-- The closed page of a moment, or the first after it.
-- $1 int stream, $2 timestamptz the moment, $3 boolean whether what is restricted is wanted too
select page
from event_page
where event_stream_id = $1 and upper_time > $2 and (open or $3) and retired_at is null
order by upper_time
limit 1
