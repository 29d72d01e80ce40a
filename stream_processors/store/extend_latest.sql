-- Bring newest observations and extents up to date with what is new in a round.
-- $1 integer: round
with extent as (
    select
        datastream_id,
        max(phenomenon_start) as phenomenon_start,
        min(phenomenon_start) as first_start,
        max(coalesce(phenomenon_end, phenomenon_start)) as last_end,
        min(result_time) as first_result,
        max(result_time) as last_result,
        count(*) as observations
    from fresh
    where round = $1
    group by datastream_id
)
insert into latest as l (
    datastream_id, phenomenon_start, phenomenon_end, result_time, published_at, sequence,
    result_number, result_json, quality, first_phenomenon_start, last_phenomenon_end,
    first_result_time, last_result_time, observation_count
)
select
    n.datastream_id, n.phenomenon_start, n.phenomenon_end, n.result_time, n.published_at,
    n.sequence, n.result_number, n.result_json, n.quality, e.first_start, e.last_end,
    e.first_result, e.last_result, e.observations
from extent as e
join fresh as n using (datastream_id, phenomenon_start)
where n.round = $1
order by n.datastream_id
on conflict (datastream_id) do update set
    phenomenon_start = greatest(l.phenomenon_start, excluded.phenomenon_start),
    phenomenon_end = case when excluded.phenomenon_start > l.phenomenon_start
        then excluded.phenomenon_end else l.phenomenon_end end,
    result_time = case when excluded.phenomenon_start > l.phenomenon_start
        then excluded.result_time else l.result_time end,
    published_at = case when excluded.phenomenon_start > l.phenomenon_start
        then excluded.published_at else l.published_at end,
    sequence = case when excluded.phenomenon_start > l.phenomenon_start
        then excluded.sequence else l.sequence end,
    result_number = case when excluded.phenomenon_start > l.phenomenon_start
        then excluded.result_number else l.result_number end,
    result_json = case when excluded.phenomenon_start > l.phenomenon_start
        then excluded.result_json else l.result_json end,
    quality = case when excluded.phenomenon_start > l.phenomenon_start
        then excluded.quality else l.quality end,
    first_phenomenon_start = least(l.first_phenomenon_start, excluded.first_phenomenon_start),
    last_phenomenon_end = greatest(l.last_phenomenon_end, excluded.last_phenomenon_end),
    first_result_time = least(l.first_result_time, excluded.first_result_time),
    last_result_time = greatest(l.last_result_time, excluded.last_result_time),
    observation_count = l.observation_count + excluded.observation_count
