-- Find newest observation and extents again for datastreams of which a round corrected or
-- withdrew something. The result times are only searched when one at their ends went away.
-- $1 integer: round
with touched as (
    select
        n.datastream_id,
        count(*) filter (where n.change = 'withdrawn') as withdrawn,
        min(n.result_time) filter (where n.change = 'corrected') as first_result,
        max(n.result_time) filter (where n.change = 'corrected') as last_result,
        bool_or(n.replaced_result_time = l.first_result_time
            or n.replaced_result_time = l.last_result_time) as end_lost
    from changed as n
    join latest as l using (datastream_id)
    where n.change <> 'new' and n.round = $1
    group by n.datastream_id
)
update latest as l
set phenomenon_start = newest.phenomenon_start,
    phenomenon_end = newest.phenomenon_end,
    result_time = newest.result_time,
    published_at = newest.published_at,
    sequence = newest.sequence,
    result_number = newest.result_number,
    result_json = newest.result_json,
    quality = newest.quality,
    first_phenomenon_start = oldest.phenomenon_start,
    last_phenomenon_end = coalesce(newest.phenomenon_end, newest.phenomenon_start),
    first_result_time = case
        when t.end_lost
            then (select min(o.result_time) from observation as o
                  where o.datastream_id = t.datastream_id)
        else least(l.first_result_time, t.first_result)
    end,
    last_result_time = case
        when t.end_lost
            then (select max(o.result_time) from observation as o
                  where o.datastream_id = t.datastream_id)
        else greatest(l.last_result_time, t.last_result)
    end,
    observation_count = l.observation_count - t.withdrawn
from touched as t
cross join lateral (
    select * from observation as o
    where o.datastream_id = t.datastream_id
    order by o.phenomenon_start desc
    limit 1
) as newest
cross join lateral (
    select o.phenomenon_start from observation as o
    where o.datastream_id = t.datastream_id
    order by o.phenomenon_start
    limit 1
) as oldest
where l.datastream_id = t.datastream_id
