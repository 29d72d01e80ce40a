-- Figures of the last day of datastreams, and what is the matter now (0300_states.sql).
-- $1 int[]: datastreams
-- $2 timestamptz: now
select
    l.datastream_id,
    datastream_state(q.every_seconds, q.arrival_p95_seconds, age.seconds) as state,
    l.last_phenomenon_end as newest,
    age.seconds as age_seconds,
    q.every_seconds,
    q.every_from,
    q.window_start as period_start,
    q.window_end as period_end,
    q.observation_count as observations,
    q.expected_count as expected,
    least(q.observation_count::double precision / nullif(q.expected_count, 0), 1) as completeness,
    q.unflagged_count::double precision / nullif(q.observation_count, 0) as unflagged_share,
    (q.observation_count - q.warning_count - q.error_count)::double precision
        / nullif(q.observation_count, 0) as sound_share,
    q.warning_count as warnings,
    q.error_count as errors,
    q.arrival_p50_seconds,
    q.arrival_p95_seconds,
    q.publication_p50_seconds,
    q.publication_p95_seconds,
    q.flags
from latest as l
left join datastream_quality as q using (datastream_id)
cross join lateral (
    select newest_age_seconds(l.last_phenomenon_end, l.published_at, $2::timestamptz) as seconds
) as age
where l.datastream_id = any($1::int[])
order by l.datastream_id
