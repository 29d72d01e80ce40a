-- Register datastreams that are not there yet.
-- $1 jsonb: a list of rows
insert into datastream (
    thing_id, sensor_id, observed_property_id, dataset_id, name, unit, interval_seconds, title,
    description, observation_type, unit_of_measurement, open, properties
)
select
    thing_id, sensor_id, observed_property_id, dataset_id, name, unit, interval_seconds, title,
    description, observation_type, unit_of_measurement, open, properties
from jsonb_to_recordset($1) as w (
    thing_id integer, sensor_id integer, observed_property_id integer, dataset_id integer,
    name text, unit text, interval_seconds integer, title text, description text,
    observation_type text, unit_of_measurement jsonb, open boolean, properties jsonb
)
on conflict (thing_id, sensor_id, name, observed_property_id, unit, interval_seconds) do nothing
