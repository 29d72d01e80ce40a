-- One car counter and one meter of Leiedonk have measured; Sterredorp's closed meter too.
-- Data of a theme that the city does not declare.
insert into dataset (city, theme, title, description, licence, access, properties)
values ('sterredorp', 'water', 'GEHEIM', 'GEHEIM', '', 'restricted', '{"declared": false}');
insert into sensor (profile, version, name, description, encoding_type, metadata) values
    ('telraam/v2', 2, 'Telraam S2', 'Telt voorbijgangers', 'application/yaml', 'https://example.org/telraam'),
    ('dsmr/p1', 1, 'Slimme meter', 'P1-poort', 'application/yaml', 'https://example.org/p1');
insert into thing (city, profile, name, title, description, self_registered)
values ('sterredorp', 'dsmr/p1', 'geheim', 'GEHEIM', 'GEHEIM', true);
insert into location (name, description, location, longitude, latitude)
values ('GEHEIM', 'GEHEIM', '{"type": "Point", "coordinates": [3.1, 51.1]}', 3.1, 51.1);
update thing set location_id = (select max(location_id) from location) where name = 'geheim';
insert into datastream (
    thing_id, sensor_id, observed_property_id, dataset_id, name, unit, interval_seconds, title,
    description, observation_type, unit_of_measurement, open
)
select
    t.thing_id, e.sensor_id, p.observed_property_id, s.dataset_id, w.name, w.unit, w.seconds,
    w.name || ', ' || t.title, p.description,
    'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement',
    jsonb_build_object('name', w.unit, 'symbol', w.unit, 'definition', w.qudt), s.access = 'open'
from (values
    ('leiedonk', 'stationsstraat', 'telraam/v2', 'car-count', 'traffic', 'car', '1', 3600, 'http://qudt.org/vocab/unit/NUM'),
    ('leiedonk', 'zilverbrug', 'telraam/v2', 'car-count', 'traffic', 'car', '1', 900, 'http://qudt.org/vocab/unit/NUM'),
    ('sterredorp', 'geheim', 'dsmr/p1', 'electricity-import', 'energy', 'delivered', 'kW.h', 0, 'http://qudt.org/vocab/unit/KiloW-HR')
) as w (city, thing, profile, property, theme, name, unit, seconds, qudt)
join thing t on t.city = w.city and t.name = w.thing and t.profile = w.profile
join sensor e on e.profile = w.profile
join observed_property p on p.code = w.property
join dataset s on s.city = w.city and s.theme = w.theme;
update thing t set open = exists (select from datastream d where d.thing_id = t.thing_id and d.open);
insert into observation (
    datastream_id, reading_partition, phenomenon_start, phenomenon_end, result_time, published_at,
    received_time, sequence, reading_offset, result_number
)
select
    d.datastream_id, 0, t, t + d.interval_seconds * interval '1 s', t, t + interval '1 hour', t,
    d.datastream_id * 100 + n, n, n
from datastream d
cross join generate_series(1, 4) n
cross join lateral (select timestamptz '2026-03-02T08:00:00Z' + n * interval '1 hour' as t) s;
insert into latest
select distinct on (o.datastream_id)
    o.datastream_id, o.phenomenon_start, o.phenomenon_end, o.result_time, o.published_at, o.sequence,
    o.result_number, o.result_json, o.quality,
    min(o.phenomenon_start) over w, max(o.phenomenon_end) over w,
    min(o.result_time) over w, max(o.result_time) over w, count(*) over w
from observation o
window w as (partition by o.datastream_id)
order by o.datastream_id, o.phenomenon_start desc;
-- What the processor of quality has counted.
insert into dataset_quality (
    dataset_id, window_start, window_end, datastream_count, observation_count, expected_count,
    completed_count, unflagged_count, warning_count, error_count, arrival_p50_seconds,
    arrival_p95_seconds, publication_p50_seconds, publication_p95_seconds, computed_at
)
select
    dataset_id, '2026-03-01T12:00:00Z', '2026-03-02T12:00:00Z', 2, 90, 100, 80, 72, 9, 9, 12.5, 60,
    0.1, 0.25, '2026-03-02T12:05:00Z'
from dataset where city = 'leiedonk' and theme = 'traffic' or city = 'sterredorp' and theme = 'energy';
