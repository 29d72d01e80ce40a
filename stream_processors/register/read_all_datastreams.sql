-- Datastreams in the order of their ids, with what they are known by.
-- $1 integer: ids above this one
-- $2 integer: how many at most
select
    d.datastream_id, t.city, t.profile as thing_profile, t.name as thing, s.profile, d.name,
    p.code as observed_property, d.unit, d.interval_seconds
from datastream as d
join thing as t using (thing_id)
join sensor as s using (sensor_id)
join observed_property as p using (observed_property_id)
where d.datastream_id > $1
order by d.datastream_id
limit $2
