-- Datasets that cities have declared, with what lies in those that are open. A closed one shows
-- no extent: where and when something was measured may be what it is closed for.
-- $1 text[] cities, null for all
select
    s.dataset_id, s.city, s.theme, s.licence, s.access = 'open' as open, s.properties,
    s.registered_time, s.changed_time, n.*
from dataset s
left join lateral (
    select
        count(distinct d.thing_id) as things,
        count(*) as datastreams,
        coalesce(sum(e.observation_count), 0)::bigint as observations,
        min(nullif(d.interval_seconds, 0)) as shortest_interval_seconds,
        min(e.first_phenomenon_start) as first_time,
        max(e.last_phenomenon_end) as last_time,
        max(e.published_at) as published_at,
        min(l.longitude) as west, min(l.latitude) as south,
        max(l.longitude) as east, max(l.latitude) as north
    from datastream d
    join thing t on t.thing_id = d.thing_id
    left join location l on l.location_id = t.location_id
    left join latest e on e.datastream_id = d.datastream_id
    where d.dataset_id = s.dataset_id and d.open
) n on s.access = 'open'
where (s.properties ->> 'declared')::boolean
  and ($1::text[] is null or s.city = any($1))
order by s.city, s.theme
