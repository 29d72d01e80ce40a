-- Things of which every open datastream whose cadence is known is silent: for how many hours.
select d.city, d.thing, min(n.age_seconds) / 3600 as hours
from dashboard.newest as n
join dashboard.datastream as d using (datastream_id)
where n.state <> 'unknown'
group by d.city, d.thing_id, d.thing
having bool_and(n.state = 'silent')
order by hours
limit 200
