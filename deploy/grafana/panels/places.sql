-- Where a city's things are, and how many of their datastreams are silent.
select
    d.thing as "ding",
    d.latitude,
    d.longitude,
    count(*) as "datastromen",
    count(*) filter (where n.state = 'silent') as "stil"
from dashboard.datastream as d
left join dashboard.newest as n using (datastream_id)
where d.city = '$city' and d.latitude is not null
group by d.thing_id, d.thing, d.latitude, d.longitude
order by d.thing
