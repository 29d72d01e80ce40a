-- Figures of a day for each datastream. Its cadence is what is declared, else the length of its
-- intervals, else the median distance of the last hundred, if they come regularly: if the middle
-- half of the distances lies within half of the median.
-- $1 integer[]: datastreams of which something new was counted, to learn their cadence from
-- $2 timestamptz: begin of the day
-- $3 timestamptz: its end
insert into datastream_quality as q (
    datastream_id, every_seconds, every_from, window_start, window_end, observation_count,
    expected_count, unflagged_count, warning_count, error_count, flags, arrival_p50_seconds,
    arrival_p95_seconds, publication_p50_seconds, publication_p95_seconds, computed_at
)
select
    l.datastream_id,
    cadence.seconds,
    case when cadence.seconds is not null then cadence.known_from end,
    $2::timestamptz,
    $3::timestamptz,
    day.observation_count,
    round(greatest(extract(epoch from
        $3::timestamptz - greatest($2::timestamptz, l.first_phenomenon_start)), 0)
        / cadence.seconds),
    day.unflagged_count,
    day.warning_count,
    day.error_count,
    flag.flags,
    delay_quantile(day.arrival_buckets, day.arrival_counts, 0.5),
    delay_quantile(day.arrival_buckets, day.arrival_counts, 0.95),
    delay_quantile(day.publication_buckets, day.publication_counts, 0.5),
    delay_quantile(day.publication_buckets, day.publication_counts, 0.95),
    clock_timestamp()
from latest as l
left join datastream as d using (datastream_id)
left join datastream_quality as before using (datastream_id)
left join lateral (
    select case when distances >= 10 and high - low <= 0.5 * middle then middle end as seconds
    from (
        select
            count(*) as distances,
            percentile_cont(0.25) within group (order by distance) as low,
            percentile_disc(0.5) within group (order by distance) as middle,
            percentile_cont(0.75) within group (order by distance) as high
        from (
            select extract(epoch from phenomenon_start - lag(phenomenon_start) over (
                order by phenomenon_start))::double precision as distance
            from (
                select o.phenomenon_start
                from observation as o
                where o.datastream_id = l.datastream_id
                order by o.phenomenon_start desc
                limit 101
            ) as newest
        ) as neighbouring
        where distance is not null
    ) as spread
) as learned on l.datastream_id = any($1::integer[])
cross join lateral (
    select
        coalesce(
            (d.properties ->> 'everySeconds')::double precision,
            nullif(d.interval_seconds, 0),
            case when l.datastream_id = any($1::integer[]) then learned.seconds
                when before.every_from = 'learned' then before.every_seconds end
        ) as seconds,
        case
            when d.properties ? 'everySeconds' then 'declared'
            when d.interval_seconds > 0 then 'interval'
            else 'learned'
        end as known_from
) as cadence
cross join lateral (
    select
        coalesce(sum(h.observation_count), 0) as observation_count,
        coalesce(sum(h.unflagged_count), 0) as unflagged_count,
        coalesce(sum(h.warning_count), 0) as warning_count,
        coalesce(sum(h.error_count), 0) as error_count,
        joined(h.arrival_buckets) as arrival_buckets,
        joined(h.arrival_counts) as arrival_counts,
        joined(h.publication_buckets) as publication_buckets,
        joined(h.publication_counts) as publication_counts
    from quality_hour as h
    where h.datastream_id = l.datastream_id
        and h.hour_start >= $2::timestamptz and h.hour_start < $3::timestamptz
) as day
cross join lateral (
    select jsonb_object_agg(code, times) as flags
    from (
        select f.key as code, sum(f.value::bigint) as times
        from quality_hour as h cross join lateral jsonb_each_text(h.flags) as f
        where h.datastream_id = l.datastream_id
            and h.hour_start >= $2::timestamptz and h.hour_start < $3::timestamptz
        group by f.key
    ) as one
) as flag
order by l.datastream_id
on conflict (datastream_id) do update set
    every_seconds = excluded.every_seconds,
    every_from = excluded.every_from,
    window_start = excluded.window_start,
    window_end = excluded.window_end,
    observation_count = excluded.observation_count,
    expected_count = excluded.expected_count,
    unflagged_count = excluded.unflagged_count,
    warning_count = excluded.warning_count,
    error_count = excluded.error_count,
    flags = excluded.flags,
    arrival_p50_seconds = excluded.arrival_p50_seconds,
    arrival_p95_seconds = excluded.arrival_p95_seconds,
    publication_p50_seconds = excluded.publication_p50_seconds,
    publication_p95_seconds = excluded.publication_p95_seconds,
    computed_at = excluded.computed_at
