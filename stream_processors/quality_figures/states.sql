-- How many datastreams are in each state, by city and theme; a state that none is in, too.
-- $1 timestamptz: now
select s.city, s.theme, state.name as state, count(d.datastream_id) as datastreams
from dataset as s
cross join unnest(array['on-time', 'late', 'silent', 'unknown']) as state (name)
left join (
    select
        d.datastream_id,
        d.dataset_id,
        datastream_state(
            q.every_seconds,
            q.arrival_p95_seconds,
            newest_age_seconds(l.last_phenomenon_end, l.published_at, $1::timestamptz)
        ) as state
    from datastream as d
    left join latest as l using (datastream_id)
    left join datastream_quality as q using (datastream_id)
) as d on d.dataset_id = s.dataset_id and d.state = state.name
group by s.city, s.theme, state.name
order by s.city, s.theme, state.name
