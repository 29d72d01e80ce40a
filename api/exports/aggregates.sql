-- $1 int[] datastreams, $2 timestamptz from, $3 timestamptz to, $4 text period.
select
    a.datastream_id, a.bucket_start, a.bucket_end, a.count, a.flagged_count,
    a.sum / nullif(a.count, 0) as mean, a.minimum, a.maximum, a.sum, a.first, a.last
from unnest($1::int[]) as wanted (datastream_id)
cross join lateral (
    select *
    from aggregate g
    where g.datastream_id = wanted.datastream_id and g.period = $4
      and g.bucket_start >= $2 and g.bucket_start < $3
    order by g.bucket_start
) a
