-- Take away the inner nodes of streams below which no page is left.
-- $1 int[] streams
delete from event_node as n
using event_stream as s
where n.event_stream_id = any($1)
    and s.event_stream_id = n.event_stream_id
    and not starts_with(s.open_bucket, n.bucket)
    and not exists (
        select from event_page as p
        where p.event_stream_id = n.event_stream_id
            and p.bucket >= n.bucket
            and p.bucket < n.bucket || 'U' -- the letter after T
            and p.retired_at is null
    )
