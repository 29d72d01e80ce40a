-- Two cities. Zonnedorp: open traffic, restricted energy; Maanstad: open air quality, restricted
-- traffic. Whatever is restricted has the word GEHEIM in its texts.
insert into city (city, name, time_zone, properties) values
    ('zonnedorp', 'Zonnedorp', 'Europe/Brussels', '{}'),
    ('maanstad', 'Maanstad', 'Europe/Brussels', '{}');
insert into dataset (city, theme, title, description, licence, access, properties) values
    ('zonnedorp', 'traffic', 'Verkeer in Zonnedorp', 'Tellingen in straten.', 'https://data.vlaanderen.be/id/licentie/modellicentie-gratis-hergebruik/v1.0', 'open', '{}'),
    ('zonnedorp', 'energy', 'Energie in Zonnedorp', 'Slimme meters.', 'https://creativecommons.org/licenses/by/4.0/', 'restricted', '{"accessReason": "Gegevens van huishoudens."}'),
    ('maanstad', 'air-quality', 'Lucht in Maanstad', 'Fijn stof.', 'https://creativecommons.org/publicdomain/zero/1.0/', 'open', '{}'),
    ('maanstad', 'traffic', 'Verkeer in Maanstad', 'Proef.', 'https://creativecommons.org/publicdomain/zero/1.0/', 'restricted', '{"accessReason": "Nog in proef."}');
insert into location (name, description, location, longitude, latitude) values
    ('Kerkstraat', 'Hoek met de markt', '{"type": "Point", "coordinates": [4.4, 51.2]}', 4.4, 51.2),
    ('GEHEIM huis', 'GEHEIM', '{"type": "Point", "coordinates": [4.5, 51.3]}', 4.5, 51.3),
    ('Maanplein', 'Op het dak', '{"type": "Point", "coordinates": [3.7, 51.05]}', 3.7, 51.05),
    ('GEHEIM plein', 'GEHEIM', '{"type": "Point", "coordinates": [3.8, 51.1]}', 3.8, 51.1),
    ('Oude markt', 'Waar hij eerst hing', '{"type": "Point", "coordinates": [4.41, 51.21]}', 4.41, 51.21);
insert into thing (city, profile, name, title, description, properties, location_id, open) values
    ('zonnedorp', 'telraam/v2', 'teller-1', 'Teller Kerkstraat', 'Telt voorbijgangers', '{"mast": {"hoogte": 3.5}, "code": "K-1"}', 1, true),
    ('zonnedorp', 'dsmr/p1', 'meter-1', 'GEHEIM meter', 'GEHEIM', '{}', 2, false),
    ('maanstad', 'sensor-community/sds011', 'stof-1', 'Stofmeter Maanplein', 'Meet fijn stof', '{"code": "M-1"}', 3, true),
    ('maanstad', 'telraam/v2', 'teller-1', 'GEHEIM teller', 'GEHEIM', '{}', 4, false),
    ('zonnedorp', 'telraam/v2', 'teller-2', 'Teller zonder plaats', 'Nog niet geplaatst', '{}', null, true);
insert into historical_location (thing_id, location_id, time) values
    (1, 5, '2025-01-01T00:00:00Z'), (1, 1, '2026-01-01T00:00:00Z'), (2, 2, '2026-01-01T00:00:00Z'),
    (3, 3, '2026-01-01T00:00:00Z'), (4, 4, '2026-01-01T00:00:00Z');
insert into feature_of_interest (thing_id, valid_from, name, description, feature) values
    (1, '-infinity', 'Oude markt', 'Omgeving van Teller Kerkstraat', '{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [4.41, 51.21]}}'),
    (1, '2026-01-01T00:00:00Z', 'Kerkstraat', 'Omgeving van Teller Kerkstraat', '{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [4.4, 51.2]}}'),
    (2, '-infinity', 'GEHEIM', 'GEHEIM', '{"type": "Feature", "properties": {}, "geometry": null}'),
    (3, '-infinity', 'Maanplein', 'Omgeving', '{"type": "Feature", "properties": {}, "geometry": null}'),
    (4, '-infinity', 'GEHEIM', 'GEHEIM', '{"type": "Feature", "properties": {}, "geometry": null}'),
    (5, '-infinity', 'Teller zonder plaats', 'Omgeving', '{"type": "Feature", "properties": {}, "geometry": null}');
insert into sensor (city, profile, version, name, description, encoding_type, metadata) values
    (null, 'telraam/v2', 2, 'Telraam', 'Telraam v2', 'application/yaml', 'https://example.org/telraam'),
    (null, 'dsmr/p1', 1, 'Slimme meter', 'DSMR P1', 'application/yaml', 'https://example.org/p1'),
    (null, 'sensor-community/sds011', 1, 'SDS011', 'Fijnstofsensor', 'application/yaml', 'https://example.org/sds011');
insert into observed_property (city, code, theme, name, definition, description) values
    (null, 'car-count', 'traffic', 'Aantal auto''s', 'https://example.org/auto', 'Auto''s per periode'),
    (null, 'pm10', 'air-quality', 'PM10', 'https://example.org/pm10', 'Fijn stof'),
    (null, 'energy', 'energy', 'Energie', 'https://example.org/energie', 'Verbruik'),
    (null, 'state', 'traffic', 'Toestand', 'https://example.org/toestand', 'Hoe het gaat');
insert into datastream (thing_id, sensor_id, observed_property_id, dataset_id, name, unit, interval_seconds, title, description, observation_type, unit_of_measurement, open, properties) values
    (1, 1, 1, 1, 'cars', '1', 900, 'Auto''s, Kerkstraat', 'Auto''s per kwartier', 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_CountObservation', '{"name": "one", "symbol": "1", "definition": "http://qudt.org/vocab/unit/UNITLESS"}', true, '{"personal": "no"}'),
    (2, 2, 3, 2, 'energy', 'kW.h', 0, 'GEHEIM verbruik', 'GEHEIM', 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement', '{"name": "kilowatt hour", "symbol": "kWh", "definition": "http://qudt.org/vocab/unit/KiloW-HR"}', false, '{}'),
    (3, 3, 2, 3, 'pm10', 'ug/m3', 0, 'PM10, Maanplein', 'Fijn stof', 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement', '{"name": "microgram per cubic metre", "symbol": "µg/m³", "definition": "http://qudt.org/vocab/unit/MicroGM-PER-M3"}', true, '{}'),
    (4, 1, 1, 4, 'cars', '1', 900, 'GEHEIM auto''s', 'GEHEIM', 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_CountObservation', '{"name": "one", "symbol": "1", "definition": "http://qudt.org/vocab/unit/UNITLESS"}', false, '{}'),
    (5, 1, 4, 1, 'state', '1', 0, 'Toestand', 'Hoe het gaat', 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Observation', '{"name": "one", "symbol": "1", "definition": "http://qudt.org/vocab/unit/UNITLESS"}', true, '{}');
-- Datastream 1: quarters from 2025-12-31T00:00Z on; result 0, 1, 2, …
insert into observation (datastream_id, reading_partition, phenomenon_start, phenomenon_end, result_time, published_at, received_time, sequence, reading_offset, result_number)
select 1, 0, t, t + interval '15 min', t + interval '15 min', t + interval '16 min', t + interval '16 min', n, n, n - 1
from (select n, timestamptz '2025-12-31T00:00:00Z' + (n - 1) * interval '15 min' as t from generate_series(1, 250) n) s;
insert into observation (datastream_id, reading_partition, phenomenon_start, result_time, published_at, received_time, sequence, reading_offset, result_number, quality, raw_result)
select 3, 0, t, t, t, t, 300 + n, n, n * 1.5, case when n % 5 = 0 then array['range.high'] when n % 7 = 0 then array['time.received'] end, case when n % 5 = 0 then to_jsonb('x' || n) end
from (select n, timestamptz '2026-01-01T00:00:00.5Z' + n * interval '1 min' as t from generate_series(1, 30) n) s;
insert into observation (datastream_id, reading_partition, phenomenon_start, result_time, published_at, received_time, sequence, reading_offset, result_number) values
    (2, 0, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 400, 0, 666),
    (4, 0, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 401, 0, 666);
insert into observation (datastream_id, reading_partition, phenomenon_start, result_time, published_at, received_time, sequence, reading_offset, result_json) values
    (5, 0, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 402, 0, 'true'),
    (5, 0, '2026-01-01T00:01:00Z', '2026-01-01T00:01:00Z', '2026-01-01T00:01:00Z', '2026-01-01T00:01:00Z', 403, 0, '"=SOM(A1)"'),
    (5, 0, '2026-01-01T00:02:00Z', '2026-01-01T00:02:00Z', '2026-01-01T00:02:00Z', '2026-01-01T00:02:00Z', 404, 0, '{"a": {"b": 2}, "t": "x"}');
-- The second observation of datastream 3 was corrected, one was withdrawn.
insert into observation_version
select o.*, timestamptz '2026-02-01T00:00:00Z', 900, false from observation o
where datastream_id = 3 and phenomenon_start = '2026-01-01T00:02:00.5Z';
update observation set result_number = 99, sequence = 900, published_at = '2026-02-01T00:00:00Z'
where datastream_id = 3 and phenomenon_start = '2026-01-01T00:02:00.5Z';
insert into observation_version
select o.*, timestamptz '2026-03-01T00:00:00Z', 901, true from observation o
where datastream_id = 3 and phenomenon_start = '2026-01-01T00:03:00.5Z';
delete from observation where datastream_id = 3 and phenomenon_start = '2026-01-01T00:03:00.5Z';
insert into latest
select distinct on (o.datastream_id)
    o.datastream_id, o.phenomenon_start, o.phenomenon_end, o.result_time, o.published_at, o.sequence,
    o.result_number, o.result_json, o.quality,
    min(o.phenomenon_start) over w, max(coalesce(o.phenomenon_end, o.phenomenon_start)) over w,
    min(o.result_time) over w, max(o.result_time) over w, count(*) over w
from observation o
window w as (partition by o.datastream_id)
order by o.datastream_id, o.phenomenon_start desc;
insert into aggregate (datastream_id, period, bucket_start, bucket_end, count, flagged_count, sum, sum_of_squares, minimum, maximum, first, last)
select 1, 'hour', t, t + interval '1 hour', 4, 0, 10, 30, 1, 4, 1, 4
from generate_series(timestamptz '2025-12-31T00:00:00Z', '2025-12-31T05:00:00Z', '1 hour') t;
update publication_lane set last_sequence = 1000;
analyze;
