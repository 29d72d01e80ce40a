-- How far datasets that everybody may read can be relied on: a column for each metric. Times are
-- told to five minutes, so that what tells of them changes no oftener while the figures stay.
-- $1 int[] datasets, null for all
select
    s.dataset_id, s.city, s.theme, q.window_start, q.window_end,
    date_bin('5 minutes', coalesce(q.computed_at, now()), '2000-01-01Z') as computed_at,
    q.completed_count::float8 / nullif(q.expected_count, 0) as completeness,
    q.unflagged_count::float8 / nullif(q.observation_count, 0) as validity,
    1 - q.error_count::float8 / nullif(q.observation_count, 0) as usability,
    q.arrival_p50_seconds as arrival_p50, q.arrival_p95_seconds as arrival_p95,
    q.publication_p50_seconds as publication_p50, q.publication_p95_seconds as publication_p95,
    p.placed, p.place_precision
from dataset s
left join dataset_quality q on q.dataset_id = s.dataset_id
left join lateral (
    select
        count(l.location_id)::float8 / nullif(count(*), 0) as placed,
        -- a degree of latitude in metres, by the decimals of the more precise coordinate
        percentile_cont(0.5) within group (
            order by 111320 * power(10, -greatest(
                scale(trim_scale(l.longitude::numeric)), scale(trim_scale(l.latitude::numeric))
            ))
        ) filter (where l.location_id is not null) as place_precision
    from thing t
    left join location l on l.location_id = t.location_id
    where exists (
        select from datastream d
        where d.thing_id = t.thing_id and d.dataset_id = s.dataset_id and d.open
    )
) p on true
where s.access = 'open' and ($1::int[] is null or s.dataset_id = any($1))
order by s.dataset_id
