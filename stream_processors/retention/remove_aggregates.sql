-- Remove some aggregates of a dataset whose time is over, and the figures of its hours.
-- $1 integer: dataset
-- $2 timestamptz: what lies before goes
-- $3 integer: rows at most
with doomed as (
    select a.datastream_id, a.period, a.bucket_start
    from datastream as d
    cross join unnest(array['quarter', 'hour', 'day']) as p (period)
    cross join lateral (
        select datastream_id, period, bucket_start
        from aggregate
        where datastream_id = d.datastream_id and period = p.period and bucket_start < $2
        order by bucket_start
        limit $3
    ) as a
    where d.dataset_id = $1
    limit $3
),
gone as (
    delete from aggregate as a
    using doomed as d
    where a.datastream_id = d.datastream_id
        and a.period = d.period
        and a.bucket_start = d.bucket_start
    returning a.bucket_start
),
figures as (
    delete from quality_hour as q
    using datastream as d
    where d.dataset_id = $1 and q.datastream_id = d.datastream_id and q.hour_start < $2
)
select count(*) as removed, min(bucket_start) as first, max(bucket_start) as last from gone
