-- The newest values of a city, those that were published last.
select
    d.theme as "thema",
    d.thing as "ding",
    d.property_name as "grootheid",
    coalesce(n.result_number::text, n.result_json::text) as "waarde",
    d.unit as "eenheid",
    coalesce(n.phenomenon_end, n.phenomenon_start) as "tijd",
    array_to_string(n.quality, ' ') as "vlaggen"
from dashboard.datastream as d
join dashboard.newest as n using (datastream_id)
where d.city = '$city'
order by n.published_at desc, d.title
limit 100
