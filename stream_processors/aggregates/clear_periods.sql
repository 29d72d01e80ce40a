-- Delete touched hours or days that have nothing left to be made of.
-- $1 text: hour or day
-- $2 text: what they are made of, quarter or hour
delete from aggregate as a
using touched_period as t
where a.datastream_id = t.datastream_id
    and a.period = $1
    and a.bucket_start = t.bucket_start
    and not exists (
        select from aggregate as p
        where p.datastream_id = t.datastream_id
            and p.period = $2
            and p.bucket_start >= t.bucket_start
            and p.bucket_start < t.bucket_end
    )
