-- What a city measured of the chosen property: mean, least and most of all datastreams.
select
    a.bucket_start as time,
    sum(a.sum) / nullif(sum(a.count), 0) as "gemiddelde",
    min(a.minimum) as "laagste",
    max(a.maximum) as "hoogste"
from dashboard.datastream as d
join dashboard.aggregate as a using (datastream_id)
where d.city = '$city' and d.theme = '$theme' and d.observed_property = '$property'
    and a.period = dashboard.period($__timeFrom(), $__timeTo())
    and $__timeFilter(a.bucket_start)
group by a.bucket_start
order by a.bucket_start
