-- A city's open datastreams by their state.
select
    count(*) filter (where n.state = 'on-time') as "op tijd",
    count(*) filter (where n.state = 'late') as "te laat",
    count(*) filter (where n.state = 'silent') as "stil",
    count(*) filter (where coalesce(n.state, 'unknown') = 'unknown') as "ritme onbekend"
from dashboard.datastream as d
left join dashboard.newest as n using (datastream_id)
where d.city = '$city'
