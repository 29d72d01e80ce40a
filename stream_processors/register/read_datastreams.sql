-- Ids of datastreams.
-- $1 jsonb: a list of rows, each with its place in the list
select w.place, d.datastream_id
from jsonb_to_recordset($1) as w (
    place integer, thing_id integer, sensor_id integer, observed_property_id integer, name text,
    unit text, interval_seconds integer
)
join datastream as d using (
    thing_id, sensor_id, observed_property_id, name, unit, interval_seconds
)
