-- Hours and days that are over, and whose sums changed and have rested since, the oldest first.
-- $1 interval: for at least so long
-- $2 int: at most
with due as materialized (
    select datastream_id, period, bucket_start, bucket_end, changed_at, sequence, withdrawn
    from summary
    where changed_at < now() - $1::interval
        and bucket_end < now() - $1::interval
    order by bucket_end, changed_at
    limit $2
)
select
    y.datastream_id, y.period, y.bucket_start, y.bucket_end, y.changed_at, y.sequence,
    y.withdrawn, a.computed_at, a.count, a.flagged_count, a.sum, a.minimum, a.maximum, a.first,
    a.last
from due as y
left join aggregate as a using (datastream_id, period, bucket_start)
order by y.bucket_end, y.changed_at
