-- Five cities with 5,000 things at random places, each with two datastreams and a value of both.
insert into city (city, name, time_zone, properties)
select 'stad-' || n, 'Stad ' || n, 'Europe/Brussels', '{}' from generate_series(1, 5) n;
insert into dataset (city, theme, title, description, licence, access, properties)
select c.city, s.theme, s.title || ' in ' || c.name, 'Uit straten en pleinen.',
    'https://creativecommons.org/publicdomain/zero/1.0/', 'open', '{}'
from city c, (values ('weather', 'Weer'), ('air-quality', 'Lucht')) s (theme, title);
insert into sensor (city, profile, version, name, description, encoding_type, metadata) values
    (null, 'sensor-community/airrohr', 1, 'airRohr', 'Luchtmeter', 'application/yaml', 'https://example.org/airrohr');
insert into observed_property (city, code, theme, name, definition, description, properties) values
    (null, 'air-temperature', 'weather', 'Luchttemperatuur', 'https://example.org/t', 'Hoe warm', '{"label": {"nl": "Luchttemperatuur", "en": "Air temperature"}}'),
    (null, 'pm10', 'air-quality', 'PM10', 'https://example.org/pm10', 'Fijn stof', '{"label": {"nl": "PM10", "en": "PM10"}}');
select setseed(0.5);
insert into location (name, description, location, longitude, latitude)
select 'Plaats ' || n, '', jsonb_build_object('type', 'Point', 'coordinates', jsonb_build_array(x, y)), x, y
from (
    select n, round((3.2 + 0.5 * (n % 5) + (random() - 0.5) * 0.3)::numeric, 5)::float8 as x,
        round((50.9 + 0.06 * (n % 5) + (random() - 0.5) * 0.2)::numeric, 5)::float8 as y
    from generate_series(1, 5000) n
) s;
insert into thing (city, profile, name, title, description, properties, location_id, open)
select 'stad-' || n % 5 + 1, 'sensor-community/airrohr', 'sensor-' || n, 'Meetpunt ' || n, 'Aan een gevel', '{}', n, true
from generate_series(1, 5000) n;
insert into datastream (thing_id, sensor_id, observed_property_id, dataset_id, name, unit, interval_seconds, title, description, observation_type, unit_of_measurement, open, properties)
select t.thing_id, 1, p.observed_property_id, s.dataset_id, p.code, 'u', 0, p.name || ', ' || t.title, p.description,
    'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement',
    case p.code when 'pm10' then '{"name": "", "symbol": "µg/m³", "definition": ""}'::jsonb else '{"name": "", "symbol": "°C", "definition": ""}' end,
    true, '{}'
from thing t, observed_property p, dataset s
where s.city = t.city and s.theme = p.theme
order by t.thing_id, p.observed_property_id;
-- Half a minute old to half an hour; every hundredth thing has been silent for two days.
insert into observation (datastream_id, reading_partition, phenomenon_start, result_time, published_at, received_time, sequence, reading_offset, result_number)
select d.datastream_id, 0, t, t, t, t, d.datastream_id, d.datastream_id, round((random() * 40)::numeric, 2)
from datastream d, lateral (
    select now() - case d.thing_id % 100 when 7 then interval '2 days' else interval '30 s' + random() * interval '30 min' end as t
) s;
insert into latest
select datastream_id, phenomenon_start, null, result_time, published_at, sequence, result_number, null, null,
    phenomenon_start, phenomenon_start, result_time, result_time, 1
from observation;
insert into datastream_quality (datastream_id, every_seconds, every_from, window_start, window_end, observation_count, unflagged_count, warning_count, error_count, computed_at)
select datastream_id, 1800, 'learned', now() - interval '1 day', now(), 1, 1, 0, 0, now() from datastream;
update publication_lane set last_sequence = 10000;
analyze;
