-- A city's themes: how many things and datastreams are open, and how many of these are silent.
select
    d.theme as "thema",
    count(distinct d.thing_id) as "dingen",
    count(*) as "datastromen",
    count(*) filter (where n.state = 'silent') as "stil",
    max(n.published_at) as "laatst gepubliceerd"
from dashboard.datastream as d
left join dashboard.newest as n using (datastream_id)
where d.city = '$city'
group by d.theme
order by d.theme
