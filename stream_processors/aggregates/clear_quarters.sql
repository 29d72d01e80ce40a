-- Delete touched quarters that have no numbers left.
-- $1 timestamptz: first touched moment
-- $2 timestamptz: end of the last
delete from aggregate as a
using (
    select t.datastream_id, t.bucket_start
    from touched as t
    -- A scalar, so that it is looked up by its key, never joined.
    where (
        select true
        from observation as o
        where o.datastream_id = t.datastream_id
            and o.phenomenon_start >= t.bucket_start
            and o.phenomenon_start < t.bucket_start + interval '15 minutes'
            and o.phenomenon_start >= $1
            and o.phenomenon_start < $2
            and o.result_number is not null
        limit 1
    ) is null
    offset 0
) as gone
where a.datastream_id = gone.datastream_id
    and a.period = 'quarter'
    and a.bucket_start = gone.bucket_start
