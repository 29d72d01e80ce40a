-- Sum touched hours up from quarters, or days from hours.
-- $1 text: hour or day
-- $2 text: what they are made of, quarter or hour
insert into aggregate as a (
    datastream_id, period, bucket_start, bucket_end, count, flagged_count, sum, sum_of_squares,
    minimum, maximum, first, last
)
select
    t.datastream_id,
    $1,
    t.bucket_start,
    t.bucket_end,
    sum(p.count),
    sum(p.flagged_count),
    sum(p.sum order by p.bucket_start),
    sum(p.sum_of_squares order by p.bucket_start),
    min(p.minimum),
    max(p.maximum),
    (array_agg(p.first order by p.bucket_start) filter (where p.count > 0))[1],
    (array_agg(p.last order by p.bucket_start desc) filter (where p.count > 0))[1]
from touched_period as t
join aggregate as p
    on p.datastream_id = t.datastream_id
    and p.period = $2
    and p.bucket_start >= t.bucket_start
    and p.bucket_start < t.bucket_end
group by t.datastream_id, t.bucket_start, t.bucket_end
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
