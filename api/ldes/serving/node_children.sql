-- What hangs on a node: inner nodes, then closed pages (whose name is empty), each in its order.
-- $1 int stream, $2 text the node, $3 boolean whether what is restricted is wanted too
(
    select bucket, 0 as page, lower_time, null::timestamptz as upper_time
    from event_node
    where event_stream_id = $1 and parent = $2 and bucket <> '' and (open or $3)
    order by bucket
)
union all
(
    select '', page, lower_time, upper_time
    from event_page
    where event_stream_id = $1 and bucket = $2 and (open or $3) and retired_at is null
    order by page
)
