-- Let a page be what is left of it; one of which nothing is left is retired.
-- $1 integer: stream; $2 integer: page; $3 text: name in the page store; $4 integer: members
-- $5 integer: bytes
update event_page
set name = $3, member_count = $4, byte_count = $5, brotli = false,
    retired_at = case when $4 = 0 then coalesce(retired_at, now()) else retired_at end
where event_stream_id = $1 and page = $2
