-- Bring newest observations and extents up to date with what is new in a round.
-- $1 integer: round
with newest as (
    select distinct on (datastream_id)
        *,
        min(phenomenon_start) over series as first_start,
        max(coalesce(phenomenon_end, phenomenon_start)) over series as last_end,
        min(result_time) over series as first_result,
        max(result_time) over series as last_result,
        count(*) over series as observations
    from changed
    where change = 'new' and round = $1
    window series as (partition by datastream_id)
    order by datastream_id, phenomenon_start desc
)
insert into latest as l (
    datastream_id, phenomenon_start, phenomenon_end, result_time, published_at, sequence,
    result_number, result_json, quality, first_phenomenon_start, last_phenomenon_end,
    first_result_time, last_result_time, observation_count
)
select
    n.datastream_id, n.phenomenon_start, n.phenomenon_end, n.result_time, n.published_at,
    n.sequence, n.result_number, n.result_json, n.quality, n.first_start, n.last_end,
    n.first_result, n.last_result, n.observations
from newest as n
order by n.datastream_id
on conflict (datastream_id) do update set
    (phenomenon_start, phenomenon_end, result_time, published_at, sequence,
     result_number, result_json, quality) = (
        select
            newer.phenomenon_start, newer.phenomenon_end, newer.result_time, newer.published_at,
            newer.sequence, newer.result_number, newer.result_json, newer.quality
        from (values
            (l.phenomenon_start, l.phenomenon_end, l.result_time, l.published_at, l.sequence,
             l.result_number, l.result_json, l.quality),
            (excluded.phenomenon_start, excluded.phenomenon_end, excluded.result_time,
             excluded.published_at, excluded.sequence, excluded.result_number,
             excluded.result_json, excluded.quality)
        ) as newer (phenomenon_start, phenomenon_end, result_time, published_at, sequence,
                    result_number, result_json, quality)
        order by newer.phenomenon_start desc
        limit 1
    ),
    first_phenomenon_start = least(l.first_phenomenon_start, excluded.first_phenomenon_start),
    last_phenomenon_end = greatest(l.last_phenomenon_end, excluded.last_phenomenon_end),
    first_result_time = least(l.first_result_time, excluded.first_result_time),
    last_result_time = greatest(l.last_result_time, excluded.last_result_time),
    observation_count = l.observation_count + excluded.observation_count
