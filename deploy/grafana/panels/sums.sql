-- What the chosen datastreams counted, at most twenty of them, by quarter, hour or day.
with shown as (
    select datastream_id, title
    from dashboard.datastream
    where city = '$city' and theme = '$theme' and observed_property = '$property'
        and (-1 in ($datastream) or datastream_id in ($datastream))
    order by title
    limit 20
)
select a.bucket_start as time, s.title as metric, a.sum as value
from shown as s
join dashboard.aggregate as a using (datastream_id)
where a.period = dashboard.period($__timeFrom(), $__timeTo())
    and $__timeFilter(a.bucket_start)
order by a.bucket_start
