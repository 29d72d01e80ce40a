-- Remove some observations of a dataset whose time is over, the oldest of each datastream first.
-- $1 integer: dataset
-- $2 timestamptz: what lies before goes
-- $3 integer: rows at most
with series as (
    select datastream_id
    from latest
    join datastream using (datastream_id)
    where dataset_id = $1 and first_phenomenon_start < $2
    order by datastream_id
    limit 100
),
doomed as (
    select o.datastream_id, o.phenomenon_start
    from series as s
    cross join lateral (
        select datastream_id, phenomenon_start
        from observation
        where datastream_id = s.datastream_id and phenomenon_start < $2
        order by phenomenon_start
        limit $3
    ) as o
    limit $3
),
gone as (
    delete from observation as o
    using doomed as d
    where o.datastream_id = d.datastream_id
        and o.phenomenon_start = d.phenomenon_start
        and o.phenomenon_start < $2
    returning
        o.datastream_id, o.phenomenon_start, o.result_time, o.published_at, o.sequence
)
insert into removed select * from gone
