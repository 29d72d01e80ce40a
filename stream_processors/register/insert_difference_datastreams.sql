-- Register the datastreams of differences that are not there yet, beside their registers.
-- $1 jsonb: a list of rows
insert into datastream (
    thing_id, sensor_id, observed_property_id, dataset_id, name, unit, interval_seconds, title,
    description, observation_type, unit_of_measurement, open, properties
)
select
    r.thing_id, r.sensor_id, w.observed_property_id, r.dataset_id, w.name, w.unit,
    w.interval_seconds, w.title, w.description, w.observation_type, w.unit_of_measurement, w.open,
    w.properties
from jsonb_to_recordset($1) as w (
    register_id integer, observed_property_id integer, name text, unit text,
    interval_seconds integer, title text, description text, observation_type text,
    unit_of_measurement jsonb, open boolean, properties jsonb
)
join datastream as r on r.datastream_id = w.register_id
on conflict (thing_id, sensor_id, name, observed_property_id, unit, interval_seconds) do nothing
