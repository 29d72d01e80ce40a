-- Sum touched quarters up from their observations, in the order of their times, so that the same
-- observations give the same sums whatever the order in which they came; delete those that have
-- no numbers left.
-- $1 text[]: flags that bar a value from statistics
-- $2 timestamptz: first touched moment
-- $3 timestamptz: end of the last
with summed as materialized (
    select t.datastream_id, t.bucket_start, s.*
    from touched as t
    -- Lateral, so that the large table is looked up by its key: as a join, without statistics of
    -- the temporary table, the planner reads all of the period.
    cross join lateral (
        select
            count(*) filter (where good) as count,
            count(*) filter (where not good) as flagged_count,
            sum(x order by time) filter (where good) as sum,
            sum(x * x order by time) filter (where good) as sum_of_squares,
            min(x) filter (where good) as minimum,
            max(x) filter (where good) as maximum,
            array_agg(x order by time) filter (where good) as numbers
        from (
            select
                o.phenomenon_start as time,
                o.result_number as x,
                -- Beyond 1e100 nothing is a measurement, and its square is no number any more.
                (o.quality is null or not o.quality && $1) and abs(o.result_number) < 1e100 as good
            from observation as o
            where o.datastream_id = t.datastream_id
                and o.phenomenon_start >= t.bucket_start
                and o.phenomenon_start < t.bucket_start + interval '15 minutes'
                and o.phenomenon_start >= $2
                and o.phenomenon_start < $3
                and o.result_number is not null
        ) as value
    ) as s
),
cleared as (
    delete from aggregate as a
    using summed as s
    where s.count + s.flagged_count = 0
        and a.datastream_id = s.datastream_id
        and a.period = 'quarter'
        and a.bucket_start = s.bucket_start
)
insert into aggregate as a (
    datastream_id, period, bucket_start, bucket_end, count, flagged_count, sum, sum_of_squares,
    minimum, maximum, first, last
)
select
    datastream_id, 'quarter', bucket_start, bucket_start + interval '15 minutes', count,
    flagged_count, sum, sum_of_squares, minimum, maximum, numbers[1], numbers[count]
from summed
where count + flagged_count > 0
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
