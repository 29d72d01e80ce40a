-- Whether there is an inner node.
-- $1 int stream, $2 text the node, $3 boolean whether what is restricted is wanted too
select exists (
    select from event_node where event_stream_id = $1 and bucket = $2 and (open or $3)
)
