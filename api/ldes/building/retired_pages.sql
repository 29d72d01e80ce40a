-- Pages that were taken away and still lie in the store, some at a time.
-- $1 interval: for at least so long, so that whoever has just been led there finds them
-- $2 int pages at most
select event_stream_id, page, name
from event_page
where retired_at < now() - $1::interval and name <> ''
order by event_stream_id, page
limit $2
