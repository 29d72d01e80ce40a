-- Note that a page has its Brotli form; returns nothing where it is another page by now.
-- $1 int stream, $2 int page, $3 text its name
update event_page
set brotli = true
where event_stream_id = $1 and page = $2 and name = $3 and retired_at is null
returning true
