-- What a city counted of a theme, by property and by quarter, hour or day.
select a.bucket_start as time, d.property_name as metric, sum(a.sum) as value
from dashboard.datastream as d
join dashboard.aggregate as a using (datastream_id)
where d.city = '$city' and d.theme = '$theme'
    and a.period = dashboard.period($__timeFrom(), $__timeTo())
    and $__timeFilter(a.bucket_start)
group by a.bucket_start, d.property_name
order by a.bucket_start
