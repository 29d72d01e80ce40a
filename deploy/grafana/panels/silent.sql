-- Datastreams that are silent, the longest first.
select
    d.city as "stad",
    d.theme as "thema",
    d.thing as "ding",
    d.property_name as "grootheid",
    n.age_seconds as "stil sinds"
from dashboard.newest as n
join dashboard.datastream as d using (datastream_id)
where n.state = 'silent'
order by n.age_seconds desc
limit 200
