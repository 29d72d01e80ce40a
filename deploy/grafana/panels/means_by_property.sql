-- What a city measured of the chosen property: mean, least and most of all datastreams.
with shown as materialized (
    select datastream_id, property_name
    from dashboard.datastream
    where city = '$city' and theme = '$theme' and observed_property = '$property'
)
select
    a.bucket_start as time,
    sum(a.sum) / nullif(sum(a.count), 0) as "gemiddelde",
    min(a.minimum) as "laagste",
    max(a.maximum) as "hoogste"
from shown as s
-- A view that is a barrier takes conditions on its columns, and no joins.
cross join lateral (
    select bucket_start, count, sum, minimum, maximum
    from dashboard.aggregate
    where datastream_id = s.datastream_id
        and period = dashboard.period($__timeFrom(), $__timeTo())
        and $__timeFilter(bucket_start)
    offset 0
) as a
group by a.bucket_start
order by a.bucket_start
