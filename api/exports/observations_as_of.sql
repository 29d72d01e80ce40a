-- As observations.sql, in the state at $6 timestamptz: what was current then, from both tables.
select
    o.datastream_id, o.phenomenon_start, o.phenomenon_end, o.result_time, o.result_number,
    o.result_json, o.quality, o.sequence, o.published_at, o.raw_result
from unnest($1::int[]) as wanted (datastream_id)
cross join lateral (
    select
        b.datastream_id, b.phenomenon_start, b.phenomenon_end, b.result_time, b.result_number,
        b.result_json, b.quality, b.sequence, b.published_at, b.raw_result
    from observation b
    where b.datastream_id = wanted.datastream_id
      and b.phenomenon_start >= $2 and b.phenomenon_start < $3
      and (b.quality is null or not b.quality && $4::text[])
      and ($5::text[] is null or b.quality && $5::text[])
      and b.published_at <= $6
    union all
    select
        v.datastream_id, v.phenomenon_start, v.phenomenon_end, v.result_time, v.result_number,
        v.result_json, v.quality, v.sequence, v.published_at, v.raw_result
    from observation_version v
    where v.datastream_id = wanted.datastream_id
      and v.phenomenon_start >= $2 and v.phenomenon_start < $3
      and (v.quality is null or not v.quality && $4::text[])
      and ($5::text[] is null or v.quality && $5::text[])
      and v.published_at <= $6 and v.replaced_at > $6
    order by phenomenon_start
) o
