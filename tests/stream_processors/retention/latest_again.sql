-- What `latest` must hold, from the observations alone.
select distinct on (datastream_id)
    datastream_id, phenomenon_start, phenomenon_end, result_time, published_at, sequence,
    result_number, result_json, quality,
    min(phenomenon_start) over series as first_phenomenon_start,
    first_value(coalesce(phenomenon_end, phenomenon_start)) over newest as last_phenomenon_end,
    min(result_time) over series as first_result_time,
    max(result_time) over series as last_result_time,
    count(*) over series as observation_count
from observation
window series as (partition by datastream_id),
    newest as (partition by datastream_id order by phenomenon_start desc)
order by datastream_id, phenomenon_start desc
