-- $1 int[] datastreams, $2 timestamptz from, $3 timestamptz to, $4 text[] flags to leave out,
-- $5 text[] flags of which one must be there, null for all.
-- The nested loop keeps the order of the datastreams: no sort, so the first row comes at once.
select
    o.datastream_id, o.phenomenon_start, o.phenomenon_end, o.result_time, o.result_number,
    o.result_json, o.quality, o.sequence, o.published_at, o.raw_result
from unnest($1::int[]) as wanted (datastream_id)
cross join lateral (
    select *
    from observation b
    where b.datastream_id = wanted.datastream_id
      and b.phenomenon_start >= $2 and b.phenomenon_start < $3
      and (b.quality is null or not b.quality && $4::text[])
      and ($5::text[] is null or b.quality && $5::text[])
    order by b.phenomenon_start
) o
