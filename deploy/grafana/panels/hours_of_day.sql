-- How a day goes: the mean of each hour of the city's day, over the time shown.
with shown as (
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
join dashboard.aggregate as a using (datastream_id)
cross join (select time_zone from dashboard.city where city = '$city') as c
where a.period = 'hour'
    and $__timeFilter(a.bucket_start)
group by hour
order by hour
