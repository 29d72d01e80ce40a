-- The same figures for each dataset: of its open datastreams, if it has any, else of all.
-- $1 timestamptz: begin of the day
-- $2 timestamptz: its end
with member as materialized (
    select d.dataset_id, d.datastream_id
    from datastream as d
    where d.open
        or not exists (
            select from datastream as o where o.dataset_id = d.dataset_id and o.open
        )
),
counted as (
    select
        m.dataset_id,
        count(*) as datastream_count,
        sum(q.observation_count) as observation_count,
        sum(coalesce(q.expected_count, 0)) as expected_count,
        sum(coalesce(least(q.observation_count, q.expected_count), 0))
            filter (where q.expected_count is not null) as completed_count,
        sum(q.unflagged_count) as unflagged_count,
        sum(q.warning_count) as warning_count,
        sum(q.error_count) as error_count
    from member as m
    join datastream_quality as q using (datastream_id)
    group by m.dataset_id
),
flag as (
    select dataset_id, jsonb_object_agg(code, times) as flags
    from (
        select m.dataset_id, f.key as code, sum(f.value::bigint) as times
        from member as m
        join datastream_quality as q using (datastream_id)
        cross join lateral jsonb_each_text(q.flags) as f
        group by m.dataset_id, f.key
    ) as one
    group by dataset_id
),
arrival as (
    select
        dataset_id,
        array_agg(bucket order by bucket) as buckets,
        array_agg(times order by bucket) as counts
    from (
        select m.dataset_id, b.bucket, sum(b.times)::bigint as times
        from member as m
        join quality_hour as h using (datastream_id)
        cross join lateral unnest(h.arrival_buckets, h.arrival_counts) as b (bucket, times)
        where h.hour_start >= $1::timestamptz and h.hour_start < $2::timestamptz
        group by m.dataset_id, b.bucket
    ) as one
    group by dataset_id
),
publication as (
    select
        dataset_id,
        array_agg(bucket order by bucket) as buckets,
        array_agg(times order by bucket) as counts
    from (
        select m.dataset_id, b.bucket, sum(b.times)::bigint as times
        from member as m
        join quality_hour as h using (datastream_id)
        cross join lateral unnest(h.publication_buckets, h.publication_counts) as b (bucket, times)
        where h.hour_start >= $1::timestamptz and h.hour_start < $2::timestamptz
        group by m.dataset_id, b.bucket
    ) as one
    group by dataset_id
)
insert into dataset_quality as q (
    dataset_id, window_start, window_end, datastream_count, observation_count, expected_count,
    completed_count, unflagged_count, warning_count, error_count, flags, arrival_p50_seconds,
    arrival_p95_seconds, publication_p50_seconds, publication_p95_seconds, computed_at
)
select
    c.dataset_id,
    $1::timestamptz,
    $2::timestamptz,
    c.datastream_count,
    c.observation_count,
    c.expected_count,
    coalesce(c.completed_count, 0),
    c.unflagged_count,
    c.warning_count,
    c.error_count,
    f.flags,
    delay_quantile(a.buckets, a.counts, 0.5),
    delay_quantile(a.buckets, a.counts, 0.95),
    delay_quantile(p.buckets, p.counts, 0.5),
    delay_quantile(p.buckets, p.counts, 0.95),
    clock_timestamp()
from counted as c
left join flag as f using (dataset_id)
left join arrival as a using (dataset_id)
left join publication as p using (dataset_id)
order by c.dataset_id
on conflict (dataset_id) do update set
    window_start = excluded.window_start,
    window_end = excluded.window_end,
    datastream_count = excluded.datastream_count,
    observation_count = excluded.observation_count,
    expected_count = excluded.expected_count,
    completed_count = excluded.completed_count,
    unflagged_count = excluded.unflagged_count,
    warning_count = excluded.warning_count,
    error_count = excluded.error_count,
    flags = excluded.flags,
    arrival_p50_seconds = excluded.arrival_p50_seconds,
    arrival_p95_seconds = excluded.arrival_p95_seconds,
    publication_p50_seconds = excluded.publication_p50_seconds,
    publication_p95_seconds = excluded.publication_p95_seconds,
    computed_at = excluded.computed_at
