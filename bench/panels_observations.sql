-- Observations of some datastreams.
-- $1, $2 integer: first and last datastream; $3 integer: how many each
insert into observation (datastream_id, reading_partition, phenomenon_start, phenomenon_end,
    result_time, published_at, received_time, sequence, reading_offset, result_number, quality)
select
    d, d % 12, t, t + interval '5 minutes', t + interval '5 minutes',
    t + interval '300.2 seconds', t + interval '300.1 seconds',
    (n - 1) * 1000 + d, (n - 1) * 1000 + d,
    100 + 50 * sin(n / 46.0) + (d * n) % 17,
    case when (d + n) % 97 = 0 then array['range.high'] end
from generate_series($1::integer, $2::integer) as d, generate_series(1, $3::integer) as n
cross join lateral (
    select date_bin('5 minutes', now(), '2000-01-01Z') - ($3::integer - n + 2) * interval '5 minutes' as t
) as at
