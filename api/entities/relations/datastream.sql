-- Datastreams that a caller may read.
select
    s.city as feed, format('id/datastream/%s', d.datastream_id) as subject, d.datastream_id,
    d.thing_id, d.sensor_id, d.observed_property_id, s.city, s.theme, d.title, d.description,
    d.observation_type, d.interval_seconds, d.unit_of_measurement ->> 'definition' as unit
from datastream d
join dataset s on s.dataset_id = d.dataset_id
where d.open or s.city = any(:cities)
