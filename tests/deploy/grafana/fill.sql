-- After tests/api/seed.sql: something for every panel in its last days, and secrets beside it.
insert into dataset (city, theme, title, description, licence, access) values
    ('maanstad', 'energy', 'Energie in Maanstad', '', 'https://creativecommons.org/publicdomain/zero/1.0/', 'open');
insert into observed_property (city, code, theme, name, definition, description) values
    (null, 'energy-imported-in-period', 'energy', 'Verbruik', 'https://example.org/verbruik', '');
insert into thing (city, profile, name, title, description, location_id, open) values
    ('maanstad', 'shelly/em', 'zaal', 'Sporthal', '', 3, true);
insert into datastream (thing_id, sensor_id, observed_property_id, dataset_id, name, unit,
    interval_seconds, title, description, observation_type, unit_of_measurement, open)
values (6, 2, 5, 5, 'verbruik', 'kW.h', 900, 'Verbruik, Sporthal', '', '', '{"symbol": "kWh"}', true);
-- Every quarter, hour and day of ten days counts 4, in two values; a day has one flagged.
insert into aggregate (datastream_id, period, bucket_start, bucket_end, count, flagged_count, sum,
    sum_of_squares, minimum, maximum, first, last)
select d, p.name, t, t + p.step, 2, case p.name when 'day' then 1 else 0 end, 4, 10, 1, 3, 1, 3
from unnest(array[1, 2, 3, 4, 6]) as d,
    (values ('quarter', interval '15 minutes'), ('hour', '1 hour'), ('day', '1 day')) as p (name, step),
    generate_series(date_trunc('day', now()) - interval '10 days', now(), p.step) as t;
insert into latest (datastream_id, phenomenon_start, result_time, published_at, sequence, result_number,
    first_phenomenon_start, last_phenomenon_end, first_result_time, last_result_time, observation_count)
values (6, now(), now(), now(), 500, 4, now(), now(), now(), now(), 1);
insert into datastream_quality (datastream_id, every_seconds, every_from, window_start, window_end,
    observation_count, expected_count, unflagged_count, warning_count, error_count, computed_at)
select d, 900, 'declared', now() - interval '1 day', now(), 0, 96, 0, 0, 0, now()
from unnest(array[1, 2, 6]) as d;
insert into dataset_quality (dataset_id, window_start, window_end, datastream_count, observation_count,
    expected_count, completed_count, unflagged_count, warning_count, error_count,
    publication_p50_seconds, publication_p95_seconds, computed_at)
select d, now() - interval '1 day', now(), 1, 90, 96, 90, 80, 8, 2, 0.1, 0.4, now()
from unnest(array[1, 2, 3, 5]) as d;
insert into quality_hour select d, date_trunc('hour', now()), 4, 4, 0, 0, null, '{}', '{}',
    array[delay_bucket(case d when 2 then 5000 else 90 end)], array[4]
from unnest(array[1, 2]) as d;
insert into account (city, profile, hour, normalised, empty, rejected, observations)
select 'zonnedorp', p, date_trunc('hour', now()) - n * interval '1 hour', 60, 10, 30, 300
from unnest(array['telraam/v2', 'dsmr/p1']) as p, generate_series(0, 23) as n;
insert into dead_letter (city, source, received_time, station, channel, profile, profile_version,
    reasons, rejections, payload, payload_bytes, payload_sha256, reading_partition, reading_offset)
values ('zonnedorp', 'GEHEIM/topic', now(), 'normalise', 'mqtt', 'dsmr/p1', 1,
    array['payload.malformed'], '[]', 'GEHEIM', 6, '', 0, 1);
insert into publication values (1, 250, now() - interval '1 minute', now(), 250, '');
insert into kafka_offset (topic, partition, next_offset) values ('city.observations', 0, 7);
analyze;
