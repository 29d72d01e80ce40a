-- Where registers stood, in the order of the windows and of time. Beyond 1e100 nothing is a
-- measurement.
-- $1 integer[]: registers; $2, $3 timestamptz[]: begins and ends of windows
-- $4 text[]: flags that bar a value from statistics
-- $5 timestamptz: first begin (lets a hypertable leave out chunks)
-- $6 timestamptz: last end
select
    w.place - 1 as place, o.phenomenon_start, o.result_number, o.quality, o.received_time
from unnest($1::integer[], $2::timestamptz[], $3::timestamptz[]) with ordinality
    as w (register_id, begins, ends, place)
-- Lateral, so that the large table is looked up by its key.
cross join lateral (
    select *
    from observation as o
    where o.datastream_id = w.register_id
        and o.phenomenon_start between w.begins and w.ends
        and o.phenomenon_start between $5 and $6
        and abs(o.result_number) < 1e100
        and (o.quality is null or not o.quality && $4)
) as o
order by w.place, o.phenomenon_start
