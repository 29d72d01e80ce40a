-- What the chosen datastreams counted, at most twenty of them, by quarter, hour or day.
with shown as materialized (
    select datastream_id, title
    from dashboard.datastream
    where city = '$city' and theme = '$theme' and observed_property = '$property'
        and (-1 in ($datastream) or datastream_id in ($datastream))
    order by title
    limit 20
)
select a.bucket_start as time, s.title as metric, a.sum as value
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
order by a.bucket_start
