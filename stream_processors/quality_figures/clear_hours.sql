-- Delete touched hours that have no observations left.
-- $1 timestamptz: first touched moment
-- $2 timestamptz: end of the last
delete from quality_hour as h
using (
    select t.datastream_id, t.hour_start
    from touched_hour as t
    -- A scalar, so that it is looked up by its key, never joined.
    where (
        select true
        from observation as o
        where o.datastream_id = t.datastream_id
            and o.phenomenon_start >= t.hour_start
            and o.phenomenon_start < t.hour_start + interval '1 hour'
            and o.phenomenon_start >= $1
            and o.phenomenon_start < $2
        limit 1
    ) is null
    offset 0
) as gone
where h.datastream_id = gone.datastream_id and h.hour_start = gone.hour_start
