-- What is to be remembered of datastreams: the newest number that is not barred, since when and how
-- often in a row it is the same, and the newest of which nobody doubts that it can follow.
-- $1 integer[]: datastreams
-- $2 double precision[]: how many seconds back a row of equal values matters, for each
-- $3 text[]: flags that bar a value
-- $4 text: the flag of a change that was too steep
select
    w.datastream_id,
    n.phenomenon_start as time,
    n.result_number as value,
    run.since,
    run.times,
    coalesce(sure.phenomenon_start, n.phenomenon_start) as sure_time,
    coalesce(sure.result_number, n.result_number) as sure_value
from unnest($1::integer[], $2::double precision[]) as w (datastream_id, seconds)
cross join lateral (
    select o.phenomenon_start, o.result_number, o.quality
    from observation as o
    where o.datastream_id = w.datastream_id
        and o.result_number is not null
        and (o.quality is null or not o.quality && $3::text[])
    order by o.phenomenon_start desc
    limit 1
) as n
left join lateral (
    -- The last one before that differs: for nearly all datastreams the next row.
    select o.phenomenon_start
    from observation as o
    where o.datastream_id = w.datastream_id
        and o.phenomenon_start < n.phenomenon_start
        and o.phenomenon_start >= n.phenomenon_start - w.seconds * interval '1 second'
        and o.result_number <> n.result_number
        and (o.quality is null or not o.quality && $3::text[])
    order by o.phenomenon_start desc
    limit 1
) as other on true
cross join lateral (
    select min(o.phenomenon_start) as since, count(*) as times
    from observation as o
    where o.datastream_id = w.datastream_id
        and o.phenomenon_start <= n.phenomenon_start
        and o.phenomenon_start > coalesce(
            other.phenomenon_start,
            n.phenomenon_start - w.seconds * interval '1 second' - interval '1 microsecond'
        )
        and o.result_number is not null
        and (o.quality is null or not o.quality && $3::text[])
) as run
left join lateral (
    select o.phenomenon_start, o.result_number
    from observation as o
    where $4::text = any(n.quality)
        and o.datastream_id = w.datastream_id
        and o.phenomenon_start < n.phenomenon_start
        and o.result_number is not null
        and (o.quality is null or not o.quality && ($3::text[] || $4::text))
    order by o.phenomenon_start desc
    limit 1
) as sure on true
