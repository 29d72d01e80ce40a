-- The differences that there are, in the order of the windows.
-- $1 integer[]: datastreams; $2, $3 timestamptz[]: begins and ends of windows
-- $4 timestamptz: first begin (lets a hypertable leave out chunks)
-- $5 timestamptz: last end
select
    w.place - 1 as place, o.phenomenon_start, o.result_number, o.quality, o.received_time
from unnest($1::integer[], $2::timestamptz[], $3::timestamptz[]) with ordinality
    as w (datastream_id, begins, ends, place)
-- Lateral, so that the large table is looked up by its key.
cross join lateral (
    select *
    from observation as o
    where o.datastream_id = w.datastream_id
        and o.phenomenon_start >= w.begins
        and o.phenomenon_start < w.ends
        and o.phenomenon_start between $4 and $5
) as o
order by w.place
