-- The cities as they are now; what is said of datastreams counts those alone that are open.
-- $1 timestamptz: now
select
    c.city,
    c.name,
    newest.published_at as newest_time,
    newest.datastreams,
    delay.p50 as delay_p50_seconds,
    delay.p95 as delay_p95_seconds
from city as c
cross join lateral (
    select
        max(published_at) as published_at,
        coalesce(jsonb_object_agg(state, times), '{}') as datastreams
    from (
        select state.name as state, count(*) as times, max(l.published_at) as published_at
        from thing as t
        join datastream as d using (thing_id)
        left join latest as l using (datastream_id)
        left join datastream_quality as q using (datastream_id)
        cross join lateral (
            select datastream_state(
                q.every_seconds,
                q.arrival_p95_seconds,
                newest_age_seconds(l.last_phenomenon_end, l.published_at, $1::timestamptz)
            ) as name
        ) as state
        where t.city = c.city and d.open
        group by state.name
    ) as one
) as newest
cross join lateral (
    -- From the gateway to publication, of this hour and the one before.
    select
        delay_quantile(array_agg(bucket order by bucket), array_agg(times order by bucket), 0.5)
            as p50,
        delay_quantile(array_agg(bucket order by bucket), array_agg(times order by bucket), 0.95)
            as p95
    from (
        select b.bucket, sum(b.times)::bigint as times
        from quality_hour as h
        join datastream as d on d.datastream_id = h.datastream_id and d.open
        join thing as t on t.thing_id = d.thing_id and t.city = c.city
        cross join lateral unnest(h.publication_buckets, h.publication_counts) as b (bucket, times)
        where h.hour_start > $1::timestamptz - interval '2 hours'
            and h.hour_start <= $1::timestamptz
        group by b.bucket
    ) as one
) as delay
order by c.name
