-- Find newest observation and extents again for datastreams that lost some. Needs the lane, so
-- that nothing is written meanwhile that this does not see.
-- The first result time is looked for among what began before the result of the oldest: a result
-- is not known before its phenomenon begins. A forecast's would be missed until it is the oldest.
with found as (
    select
        t.datastream_id, t.observations, newest.*,
        oldest.phenomenon_start as first_start,
        case when t.first_result <= l.first_result_time
            then (select min(o.result_time) from observation as o
                  where o.datastream_id = t.datastream_id
                      and o.phenomenon_start <= oldest.result_time)
            else l.first_result_time end as first_result,
        case when t.last_result >= l.last_result_time
            then (select max(o.result_time) from observation as o
                  where o.datastream_id = t.datastream_id)
            else l.last_result_time end as last_result
    from lost as t
    join latest as l using (datastream_id)
    left join lateral (
        select phenomenon_start, phenomenon_end, result_time, published_at, sequence,
            result_number, result_json, quality
        from observation as o
        where o.datastream_id = t.datastream_id
        order by o.phenomenon_start desc
        limit 1
    ) as newest on true
    left join lateral (
        select o.phenomenon_start, o.result_time from observation as o
        where o.datastream_id = t.datastream_id
        order by o.phenomenon_start
        limit 1
    ) as oldest on true
),
emptied as (
    delete from latest as l using found as f
    where l.datastream_id = f.datastream_id and f.phenomenon_start is null
)
update latest as l
set phenomenon_start = f.phenomenon_start,
    phenomenon_end = f.phenomenon_end,
    result_time = f.result_time,
    published_at = f.published_at,
    sequence = f.sequence,
    result_number = f.result_number,
    result_json = f.result_json,
    quality = f.quality,
    first_phenomenon_start = f.first_start,
    last_phenomenon_end = coalesce(f.phenomenon_end, f.phenomenon_start),
    first_result_time = f.first_result,
    last_result_time = f.last_result,
    observation_count = l.observation_count - f.observations
from found as f
where l.datastream_id = f.datastream_id and f.phenomenon_start is not null
