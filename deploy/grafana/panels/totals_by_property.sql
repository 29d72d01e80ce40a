-- What a city counted of a theme, by property and by quarter, hour or day.
with shown as materialized (
    select datastream_id, property_name
    from dashboard.datastream
    where city = '$city' and theme = '$theme'
)
select a.bucket_start as time, s.property_name as metric, sum(a.sum) as value
from shown as s
-- A view that is a barrier takes conditions on its columns, and no joins.
cross join lateral (
    select bucket_start, sum
    from dashboard.aggregate
    where datastream_id = s.datastream_id
        and period = dashboard.period($__timeFrom(), $__timeTo())
        and $__timeFilter(bucket_start)
    offset 0
) as a
group by a.bucket_start, s.property_name
order by a.bucket_start
