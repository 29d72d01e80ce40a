-- Delete touched hours or days that have nothing left to be made of, and note them.
-- $1 text: hour or day
-- $2 text: what they are made of, quarter or hour
with cleared as (
    delete from aggregate as a
    using (
        select t.datastream_id, t.bucket_start
        from touched_period as t
        -- A scalar, so that it is looked up by its key, never joined.
        where (
            select true
            from aggregate as p
            where p.datastream_id = t.datastream_id
                and p.period = $2
                and p.bucket_start >= t.bucket_start
                and p.bucket_start < t.bucket_end
            limit 1
        ) is null
        offset 0
    ) as gone
    where a.datastream_id = gone.datastream_id
        and a.period = $1
        and a.bucket_start = gone.bucket_start
    returning a.datastream_id, a.period, a.bucket_start, a.bucket_end
)
insert into summary as y (datastream_id, period, bucket_start, bucket_end, changed_at)
select datastream_id, period, bucket_start, bucket_end, clock_timestamp()
from cleared
order by datastream_id, bucket_start
on conflict (datastream_id, period, bucket_start) do update set changed_at = excluded.changed_at
