-- $1 int datastream, $2 timestamptz from, $3 timestamptz to (included), $4 text period
select
    a.bucket_start as start, a.bucket_end as time, a.sum, a.sum / nullif(a.count, 0) as mean,
    a.minimum, a.maximum, a.flagged_count
from aggregate a
where a.datastream_id = $1 and a.period = $4 and a.bucket_start >= $2 and a.bucket_start <= $3
order by a.bucket_start
