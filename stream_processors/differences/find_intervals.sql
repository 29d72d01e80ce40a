-- Tell whose differences may have changed: those of the touched intervals; of the interval before,
-- when what was touched may be the first that was read after its end; and of the interval after,
-- when it may be the last that was read before its begin. Of these, intervals that have an end by
-- now, or had one: before the register's next reading there is nothing to be made. Nothing is made
-- of what was erased, in part or whole.
-- $1 text[]: flags that bar a value from statistics
-- $2 timestamptz: from when readings matter
-- $3 timestamptz: until when
with candidate as (
    select register_id, datastream_id, start, start + length as ends
    from touched_register
    union
    select t.register_id, t.datastream_id, t.start - t.length, t.start
    from touched_register as t
    -- A scalar, so that it is looked up by its key, never joined.
    where (
        select true
        from observation as o
        where o.datastream_id = t.register_id
            and o.phenomenon_start >= t.start
            and o.phenomenon_start < t.first
            and o.phenomenon_start between $2 and $3
            and abs(o.result_number) < 1e100
            and (o.quality is null or not o.quality && $1)
        limit 1
    ) is null
    union
    select t.register_id, t.datastream_id, t.start + t.length, t.start + 2 * t.length
    from touched_register as t
    where (
        select true
        from observation as o
        where o.datastream_id = t.register_id
            and o.phenomenon_start >= t.last + interval '1 minute'
            and o.phenomenon_start <= t.start + t.length
            and o.phenomenon_start between $2 and $3
            and abs(o.result_number) < 1e100
            and (o.quality is null or not o.quality && $1)
        limit 1
    ) is null
)
select
    c.register_id, c.datastream_id, c.start, d.interval_seconds, d.rolls_over_at, d.most,
    d.restarts
from candidate as c
join difference as d using (datastream_id)
left join latest as r on r.datastream_id = c.register_id
left join latest as m on m.datastream_id = c.datastream_id
where (r.phenomenon_start >= c.ends or m.phenomenon_start >= c.start)
    and not exists (
        select from erasure as e
        join datastream as s on s.thing_id = e.thing_id
        where s.datastream_id = c.register_id
            and coalesce(e.datastream_id, c.register_id) in (c.register_id, c.datastream_id)
            and c.start < e.to_time
            and c.ends > e.from_time
    )
order by c.register_id, c.start
