-- Bring datastreams up to date with their profiles and packs.
-- $1 jsonb: a list of {datastream_id, title, description, observation_type,
--     unit_of_measurement, open, properties}
update datastream as d
set title = w.title, description = w.description, observation_type = w.observation_type,
    unit_of_measurement = w.unit_of_measurement, open = w.open, properties = w.properties
from jsonb_to_recordset($1) as w (
    datastream_id integer, title text, description text, observation_type text,
    unit_of_measurement jsonb, open boolean, properties jsonb
)
where d.datastream_id = w.datastream_id
    and (d.title, d.description, d.observation_type, d.unit_of_measurement, d.open, d.properties)
        is distinct from
        (w.title, w.description, w.observation_type, w.unit_of_measurement, w.open, w.properties)
