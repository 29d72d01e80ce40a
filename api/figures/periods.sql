-- Figures of hours or days of datastreams, those too in which nothing came; from the begin of the
-- datastream on, and as far as an hour has been over for a quarter.
-- $1 int[]: datastreams
-- $2 timestamptz: begin
-- $3 timestamptz: end
-- $4 text: hour or day
-- $5 timestamptz: now
with place as materialized (
    select
        l.datastream_id,
        l.first_phenomenon_start,
        q.every_seconds,
        coalesce(c.time_zone, 'UTC') as zone,
        greatest($2::timestamptz, l.first_phenomenon_start) as since,
        least($3::timestamptz, $5::timestamptz - interval '15 minutes') as until
    from latest as l
    left join datastream_quality as q using (datastream_id)
    left join datastream as d using (datastream_id)
    left join thing using (thing_id)
    left join city as c using (city)
    where l.datastream_id = any($1::int[])
),
period as (
    select p.*, hour_start as period_start, hour_start + interval '1 hour' as period_end
    from place as p
    cross join lateral generate_series(
        date_trunc('hour', p.since, p.zone), p.until - interval '1 microsecond', interval '1 hour'
    ) as hour_start
    where $4::text = 'hour'
    union all
    -- Days in local time: they have 23, 24 or 25 hours.
    select
        p.*,
        local_start at time zone p.zone as period_start,
        (local_start + interval '1 day') at time zone p.zone as period_end
    from place as p
    cross join lateral generate_series(
        date_trunc('day', p.since at time zone p.zone),
        p.until at time zone p.zone - interval '1 microsecond',
        interval '1 day'
    ) as local_start
    where $4::text = 'day'
),
counted as (
    select
        p.datastream_id,
        p.period_start,
        p.period_end,
        round(greatest(extract(epoch from
            least(p.period_end, date_trunc('hour', p.until))
            - greatest(p.period_start, p.first_phenomenon_start)), 0)
            / p.every_seconds)::bigint as expected,
        coalesce(sum(h.observation_count), 0)::bigint as observations,
        coalesce(sum(h.unflagged_count), 0)::bigint as unflagged,
        coalesce(sum(h.warning_count), 0)::bigint as warnings,
        coalesce(sum(h.error_count), 0)::bigint as errors,
        joined(h.arrival_buckets) as arrival_buckets,
        joined(h.arrival_counts) as arrival_counts,
        joined(h.publication_buckets) as publication_buckets,
        joined(h.publication_counts) as publication_counts
    from period as p
    left join quality_hour as h
        on h.datastream_id = p.datastream_id
        and h.hour_start >= p.period_start
        and h.hour_start < p.period_end
    group by p.datastream_id, p.period_start, p.period_end, p.until, p.first_phenomenon_start,
        p.every_seconds
)
select
    c.datastream_id,
    c.period_start,
    c.period_end,
    c.observations,
    c.expected,
    least(c.observations::double precision / nullif(c.expected, 0), 1) as completeness,
    c.unflagged::double precision / nullif(c.observations, 0) as unflagged_share,
    (c.observations - c.warnings - c.errors)::double precision
        / nullif(c.observations, 0) as sound_share,
    c.warnings,
    c.errors,
    delay_quantile(c.arrival_buckets, c.arrival_counts, 0.5) as arrival_p50_seconds,
    delay_quantile(c.arrival_buckets, c.arrival_counts, 0.95) as arrival_p95_seconds,
    delay_quantile(c.publication_buckets, c.publication_counts, 0.5) as publication_p50_seconds,
    delay_quantile(c.publication_buckets, c.publication_counts, 0.95) as publication_p95_seconds,
    flag.flags
from counted as c
cross join lateral (
    select jsonb_object_agg(code, times) as flags
    from (
        select f.key as code, sum(f.value::bigint) as times
        from quality_hour as h cross join lateral jsonb_each_text(h.flags) as f
        where h.datastream_id = c.datastream_id
            and h.hour_start >= c.period_start and h.hour_start < c.period_end
        group by f.key
    ) as one
) as flag
order by c.datastream_id, c.period_start
