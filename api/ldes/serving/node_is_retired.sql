-- Whether retention took pages of an inner node away.
-- $1 int stream, $2 text the node
select exists (
    select from event_page
    where event_stream_id = $1 and bucket >= $2 and bucket < $2 || 'U' and retired_at is not null
)
