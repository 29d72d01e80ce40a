-- $1 integer: datastream
insert into latest
select
    o.datastream_id, o.phenomenon_start, o.phenomenon_end, o.result_time, o.published_at, o.sequence,
    o.result_number, o.result_json, o.quality,
    min(o.phenomenon_start) over w, max(coalesce(o.phenomenon_end, o.phenomenon_start)) over w,
    min(o.result_time) over w, max(o.result_time) over w, count(*) over w
from observation as o
where o.datastream_id = $1
window w as (partition by o.datastream_id)
order by o.phenomenon_start desc
limit 1
on conflict (datastream_id) do update set
    phenomenon_start = excluded.phenomenon_start,
    phenomenon_end = excluded.phenomenon_end,
    result_time = excluded.result_time,
    published_at = excluded.published_at,
    sequence = excluded.sequence,
    result_number = excluded.result_number,
    last_phenomenon_end = excluded.last_phenomenon_end,
    last_result_time = excluded.last_result_time,
    observation_count = excluded.observation_count
