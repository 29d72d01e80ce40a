-- The newest values of a theme, those that were published last.
select
    d.thing as "ding",
    d.property_name as "grootheid",
    coalesce(n.result_number::text, n.result_json::text) as "waarde",
    d.unit as "eenheid",
    coalesce(n.phenomenon_end, n.phenomenon_start) as "tijd",
    array_to_string(n.quality, ' ') as "vlaggen",
    n.state as "toestand"
from dashboard.datastream as d
join dashboard.newest as n using (datastream_id)
where d.city = '$city' and d.theme = '$theme'
order by n.published_at desc, d.title
limit 100
