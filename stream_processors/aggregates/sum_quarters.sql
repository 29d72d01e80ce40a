-- Sum touched quarters up from their observations, in the order of their times, so that the same
-- observations give the same sums whatever the order in which they came.
-- $1 text[]: flags that bar a value from statistics
-- $2 timestamptz: first touched moment
-- $3 timestamptz: end of the last
with value as (
    select
        t.datastream_id,
        t.bucket_start,
        o.phenomenon_start as time,
        o.result_number as x,
        -- Beyond 1e100 nothing is a measurement, and its square is no number any more.
        (o.quality is null or not o.quality && $1) and abs(o.result_number) < 1e100 as good
    from touched as t
    join observation as o
        on o.datastream_id = t.datastream_id
        and o.phenomenon_start >= t.bucket_start
        and o.phenomenon_start < t.bucket_start + interval '15 minutes'
        and o.phenomenon_start >= $2
        and o.phenomenon_start < $3
    where o.result_number is not null
)
insert into aggregate as a (
    datastream_id, period, bucket_start, bucket_end, count, flagged_count, sum, sum_of_squares,
    minimum, maximum, first, last
)
select
    datastream_id,
    'quarter',
    bucket_start,
    bucket_start + interval '15 minutes',
    count(*) filter (where good),
    count(*) filter (where not good),
    sum(x order by time) filter (where good),
    sum(x * x order by time) filter (where good),
    min(x) filter (where good),
    max(x) filter (where good),
    (array_agg(x order by time) filter (where good))[1],
    (array_agg(x order by time desc) filter (where good))[1]
from value
group by datastream_id, bucket_start
on conflict (datastream_id, period, bucket_start) do update set
    bucket_end = excluded.bucket_end,
    count = excluded.count,
    flagged_count = excluded.flagged_count,
    sum = excluded.sum,
    sum_of_squares = excluded.sum_of_squares,
    minimum = excluded.minimum,
    maximum = excluded.maximum,
    first = excluded.first,
    last = excluded.last,
    computed_at = clock_timestamp()
