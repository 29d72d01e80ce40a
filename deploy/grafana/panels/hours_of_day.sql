-- How a day goes: the mean of each hour of the city's day, over the time shown.
with shown as materialized (
    select datastream_id, title
    from dashboard.datastream
    where city = '$city' and theme = '$theme' and observed_property = '$property'
        and (-1 in ($datastream) or datastream_id in ($datastream))
    order by title
    limit 20
)
select
    to_char(a.bucket_start at time zone c.time_zone, 'HH24') || 'u' as hour,
    avg(a.sum / nullif(a.count, 0)) as mean
from shown as s
-- A view that is a barrier takes conditions on its columns, and no joins.
cross join lateral (
    select bucket_start, sum, count
    from dashboard.aggregate
    where datastream_id = s.datastream_id
        and period = 'hour'
        and $__timeFilter(bucket_start)
    offset 0
) as a
cross join (select time_zone from dashboard.city where city = '$city') as c
group by hour
order by hour
