-- A database as an installation has it after five weeks, filled by SQL: two cities with 500 open
-- datastreams each, one observation every five minutes, ending now. The tables behind are filled from
-- the observations, as the processors would.
insert into city (city, name, time_zone) values
    ('aardberg', 'Aardberg', 'Europe/Brussels'), ('zandvoorde', 'Zandvoorde', 'Europe/Brussels');
insert into dataset (city, theme, title, description, licence, access)
select city, theme, theme, '', 'https://creativecommons.org/publicdomain/zero/1.0/', 'open'
from city, unnest(array['traffic', 'air-quality', 'energy']) as theme;
insert into observed_property (code, theme, name, definition, description)
select theme || '-' || n, theme, theme || ' ' || n, 'https://example.org/' || theme || n, ''
from unnest(array['traffic', 'air-quality', 'energy']) as theme, generate_series(1, 3) as n;
insert into sensor (profile, version, name, description, encoding_type, metadata)
values ('bench/sensor', 1, 'Sensor', '', 'application/yaml', 'https://example.org/sensor');
insert into location (name, description, location, longitude, latitude)
select 'p' || n, '', '{}', 3 + n * 0.001, 51 + n * 0.001 from generate_series(1, 1000) as n;
insert into thing (city, profile, name, title, description, location_id, open)
select case when n <= 500 then 'aardberg' else 'zandvoorde' end, 'bench/sensor', 'thing-' || n,
    'Ding ' || n, '', n, true
from generate_series(1, 1000) as n;
-- Half of a city's datastreams count traffic, three in ten measure air, the rest energy.
insert into datastream (thing_id, sensor_id, observed_property_id, dataset_id, name, unit,
    interval_seconds, title, description, observation_type, unit_of_measurement, open)
select t.thing_id, 1, p.observed_property_id, d.dataset_id, p.code, '1', 300,
    p.name || ', ' || t.title, '', '', '{"symbol": "1"}', true
from thing as t
join dataset as d on d.city = t.city and d.theme = case
    when t.thing_id % 10 < 5 then 'traffic' when t.thing_id % 10 < 8 then 'air-quality' else 'energy'
    end
join observed_property as p on p.theme = d.theme and p.code = d.theme || '-' || (t.thing_id % 3 + 1)
