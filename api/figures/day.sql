-- Figures of the last day of datastreams, and what is the matter now. A value is late when one and a
-- half times its cadence has passed, silence begins at three and a half; to both belongs the delay
-- that is usual, and a minute for our own way.
-- $1 int[]: datastreams
-- $2 timestamptz: now
select
    l.datastream_id,
    case
        when q.every_seconds is null then 'unknown'
        when age.seconds > 3.5 * q.every_seconds + allowed.seconds then 'silent'
        when age.seconds > 1.5 * q.every_seconds + allowed.seconds then 'late'
        else 'on-time'
    end as state,
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
    -- What a clock that is ahead says is no sign of life beyond the moment at which it came.
    select greatest(extract(epoch from
        $2::timestamptz - least(l.last_phenomenon_end, l.published_at)), 0)::double precision
        as seconds
) as age
cross join lateral (select coalesce(q.arrival_p95_seconds, 0) + 60 as seconds) as allowed
where l.datastream_id = any($1::int[])
order by l.datastream_id
