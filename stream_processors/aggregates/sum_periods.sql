-- Sum touched hours up from quarters, or days from hours, delete those that have nothing left to
-- be made of, and note those that changed.
-- $1 text: hour or day
-- $2 text: what they are made of, quarter or hour
with made as materialized (
    select t.*, s.*
    from touched_period as t
    -- Lateral, so that the large table is looked up by its key: as a join, without statistics of
    -- the temporary table, the planner reads all that there ever was.
    cross join lateral (
        select
            sum(p.count)::bigint as count,
            sum(p.flagged_count)::bigint as flagged_count,
            sum(p.sum order by p.bucket_start) as sum,
            sum(p.sum_of_squares order by p.bucket_start) as sum_of_squares,
            min(p.minimum) as minimum,
            max(p.maximum) as maximum,
            array_agg(p.first order by p.bucket_start) filter (where p.count > 0) as firsts,
            array_agg(p.last order by p.bucket_start) filter (where p.count > 0) as lasts
        from aggregate as p
        where p.datastream_id = t.datastream_id
            and p.period = $2
            and p.bucket_start >= t.bucket_start
            and p.bucket_start < t.bucket_end
    ) as s
),
summed as (
    insert into aggregate as a (
        datastream_id, period, bucket_start, bucket_end, count, flagged_count, sum,
        sum_of_squares, minimum, maximum, first, last
    )
    select
        datastream_id, $1, bucket_start, bucket_end, count, flagged_count, sum, sum_of_squares,
        minimum, maximum, firsts[1], lasts[cardinality(lasts)]
    from made
    where count is not null
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
    where (
            a.bucket_end, a.count, a.flagged_count, a.sum, a.sum_of_squares, a.minimum, a.maximum,
            a.first, a.last
        ) is distinct from (
            excluded.bucket_end, excluded.count, excluded.flagged_count, excluded.sum,
            excluded.sum_of_squares, excluded.minimum, excluded.maximum, excluded.first,
            excluded.last
        )
    returning datastream_id, bucket_start, bucket_end
),
cleared as (
    delete from aggregate as a
    using made as m
    where m.count is null
        and a.datastream_id = m.datastream_id
        and a.period = $1
        and a.bucket_start = m.bucket_start
    returning a.datastream_id, a.bucket_start, a.bucket_end
),
changed as (
    select * from summed
    union all
    select * from cleared
)
insert into summary as y (datastream_id, period, bucket_start, bucket_end, changed_at)
select datastream_id, $1, bucket_start, bucket_end, clock_timestamp()
from changed
order by datastream_id, bucket_start
on conflict (datastream_id, period, bucket_start) do update set
    bucket_end = excluded.bucket_end, changed_at = excluded.changed_at
