-- Write down how far streams are, and let what is in closed pages wait no longer.
-- $1 int[] streams, $2 int[] open pages, $3 text[] their nodes, $4 timestamptz[] their begins,
-- $5 bigint[] last sequences of closed pages
with advanced as (
    update event_stream as s
    set open_page = w.open_page, open_bucket = w.open_bucket, lower_time = w.lower_time,
        closed_sequence = w.closed_sequence
    from unnest($1::int[], $2::int[], $3::text[], $4::timestamptz[], $5::bigint[])
        as w (event_stream_id, open_page, open_bucket, lower_time, closed_sequence)
    where s.event_stream_id = w.event_stream_id
    returning s.event_stream_id, s.closed_sequence
)
delete from event_waiting as w
using advanced as a
where w.event_stream_id = a.event_stream_id and w.last_sequence <= a.closed_sequence
