-- What a member says of its datastream.
-- $1 int[] datastreams, null for all
select
    d.datastream_id, s.dataset_id, s.city, s.theme, d.thing_id, d.sensor_id,
    d.observed_property_id, p.definition, p.properties -> 'qualifiers' as qualifiers,
    d.unit_of_measurement ->> 'definition' as unit, d.observation_type,
    d.open and s.access = 'open' as open
from datastream d
join dataset s on s.dataset_id = d.dataset_id
join observed_property p on p.observed_property_id = d.observed_property_id
where $1::int[] is null or d.datastream_id = any($1)
order by d.datastream_id
