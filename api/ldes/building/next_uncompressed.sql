-- The newest closed page that has no Brotli form yet: where there are ever more of them, those that
-- are asked for most still get one.
select event_stream_id, page, name
from event_page
where not brotli and retired_at is null
order by closed_at desc, page desc
limit 1
