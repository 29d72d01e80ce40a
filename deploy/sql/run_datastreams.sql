-- The datastreams of cities, by the names that readings have for them.
-- $1 text[]: cities
select d.datastream_id, t.city, t.profile as thing_profile, t.name as thing, s.profile, d.name
from datastream as d
join thing as t using (thing_id)
join sensor as s using (sensor_id)
where t.city = any($1)
