-- What the processors make of observations.
insert into aggregate (datastream_id, period, bucket_start, bucket_end, count, flagged_count, sum,
    sum_of_squares, minimum, maximum, first, last)
select datastream_id, 'quarter', date_bin('15 minutes', phenomenon_start, '2000-01-01Z') as bucket,
    date_bin('15 minutes', phenomenon_start, '2000-01-01Z') + interval '15 minutes',
    count(*) filter (where quality is null), count(quality),
    sum(result_number) filter (where quality is null), 0, min(result_number), max(result_number),
    min(result_number), max(result_number)
from observation
group by datastream_id, bucket;
insert into aggregate (datastream_id, period, bucket_start, bucket_end, count, flagged_count, sum,
    sum_of_squares, minimum, maximum, first, last)
select datastream_id, p.name, date_trunc(p.name, bucket_start, 'Europe/Brussels') as bucket,
    date_trunc(p.name, bucket_start, 'Europe/Brussels') + p.step, sum(count), sum(flagged_count),
    sum(sum), 0, min(minimum), max(maximum), min(first), max(last)
from aggregate, (values ('hour', interval '1 hour'), ('day', '1 day')) as p (name, step)
where period = 'quarter'
group by datastream_id, p.name, p.step, bucket;
insert into quality_hour
select datastream_id, bucket_start, count + flagged_count, count, 0, flagged_count, null,
    array[100, 110, 120]::smallint[], array[4, 4, 4], array[40, 50, 60]::smallint[], array[4, 4, 4]
from aggregate where period = 'hour';
insert into latest
select distinct on (datastream_id) datastream_id, phenomenon_start, phenomenon_end, result_time,
    published_at, sequence, result_number, result_json, quality, now() - interval '35 days',
    phenomenon_end, result_time, result_time, 10000
from observation where phenomenon_start > now() - interval '1 hour'
order by datastream_id, phenomenon_start desc;
-- One in a hundred was expected every ten seconds, and is silent.
insert into datastream_quality (datastream_id, every_seconds, every_from, window_start, window_end,
    observation_count, expected_count, unflagged_count, warning_count, error_count, computed_at)
select datastream_id, case when datastream_id % 100 = 0 then 10 else 300 end, 'declared',
    now() - interval '1 day', now(), 288, 288, 280, 0, 8, now()
from datastream;
insert into dataset_quality (dataset_id, window_start, window_end, datastream_count, observation_count,
    expected_count, completed_count, unflagged_count, warning_count, error_count,
    publication_p50_seconds, publication_p95_seconds, computed_at)
select dataset_id, now() - interval '1 day', now(), 100, 28800, 28800, 28800, 28000, 0, 800, 0.1, 0.3,
    now()
from dataset;
insert into account (city, profile, hour, normalised, empty, rejected, observations)
select city, 'bench/sensor-' || n, date_trunc('hour', now()) - h * interval '1 hour', 6000, 10, 50, 6000
from city, generate_series(1, 20) as n, generate_series(0, 840) as h;
insert into dead_letter (city, source, received_time, station, channel, profile, profile_version,
    reasons, rejections, payload, payload_bytes, payload_sha256, reading_partition, reading_offset)
select c.city, c.city || '/topic/' || n, now() - n * interval '2 minutes', 'normalise', 'mqtt', 'bench/sensor', 1,
    array['payload.malformed'], '[]', '', 0, n::text, 0, n
from city as c, generate_series(1, 20000) as n;
insert into publication
select n * 66, n * 66 + 65, t, t, 66, '\x01'
from generate_series(1, 302400) as n, lateral (select now() - (302400 - n) * interval '2 seconds' as t) as at;
insert into kafka_offset (topic, partition, next_offset)
select topic, n, 1000000 from unnest(array['city.observations', 'city.readings']) as topic, generate_series(0, 11) as n
