-- Ids of the datastreams that there are, by what they are known by.
-- $1 jsonb: a list of rows, each with its place in the list
select w.place, d.datastream_id
from jsonb_to_recordset($1) as w (
    place integer, city text, thing_profile text, thing text, sensor_city text, profile text,
    property_city text, property text, name text, unit text, interval_seconds integer
)
join thing as t on t.city = w.city and t.profile = w.thing_profile and t.name = w.thing
join sensor as s on s.city is not distinct from w.sensor_city and s.profile = w.profile
join observed_property as p
    on p.city is not distinct from w.property_city and p.code = w.property
join datastream as d
    on d.thing_id = t.thing_id
    and d.sensor_id = s.sensor_id
    and d.observed_property_id = p.observed_property_id
    and d.name = w.name
    and d.unit = w.unit
    and d.interval_seconds = w.interval_seconds
