-- A hundred things with ten datastreams each.
insert into city (city, name, time_zone) values ('bench', 'Bench', 'Europe/Brussels');
insert into dataset (city, theme, title, description, licence, access)
values ('bench', 'traffic', 'Bench', 'Bench', 'https://creativecommons.org/publicdomain/zero/1.0/', 'open');
insert into thing (city, profile, name, title, description, open)
select 'bench', 'bench/thing', 'thing-' || n, 'Thing ' || n, 'Bench', true
from generate_series(1, 100) n;
insert into sensor (profile, version, name, description, encoding_type, metadata)
values ('bench/thing', 1, 'Bench', 'Bench', 'application/yaml', 'https://example.org/bench');
insert into observed_property (code, theme, name, definition, description)
values ('car-count', 'traffic', 'Cars', 'https://example.org/cars', 'Cars');
insert into datastream (
    thing_id, sensor_id, observed_property_id, dataset_id, name, unit, interval_seconds, title,
    description, observation_type, unit_of_measurement, open
)
select
    t.thing_id, s.sensor_id, p.observed_property_id, d.dataset_id, 'cars-' || n, '1', 3600, 'Cars',
    'Cars', 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_CountObservation',
    '{"name": "one", "symbol": "1", "definition": "http://qudt.org/vocab/unit/UNITLESS"}', true
from thing t, sensor s, observed_property p, dataset d, generate_series(1, 10) n;
