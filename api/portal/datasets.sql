-- Cities with their datasets, and how many open things, datastreams and observations each has.
-- $1 text city, null for all
select
    c.city, c.name as city_name, c.time_zone, c.properties -> 'name' as city_names,
    c.properties -> 'publisher' as publisher, c.properties -> 'contact' as contact,
    s.dataset_id, s.theme, s.title, s.description, s.licence, s.access,
    s.properties as properties,
    n.things, n.datastreams, n.observations, n.last_time,
    q.observation_count, q.expected_count, q.completed_count, q.warning_count, q.error_count,
    q.arrival_p50_seconds, q.arrival_p95_seconds, q.publication_p50_seconds,
    q.publication_p95_seconds, q.window_start, q.window_end
from city c
left join dataset s on s.city = c.city
left join dataset_quality q on q.dataset_id = s.dataset_id and s.access = 'open'
left join lateral (
    select
        count(distinct d.thing_id) as things,
        count(*) as datastreams,
        coalesce(sum(e.observation_count), 0)::bigint as observations,
        max(e.last_phenomenon_end) as last_time
    from datastream d
    left join latest e on e.datastream_id = d.datastream_id
    where d.dataset_id = s.dataset_id and d.open
) n on true
where $1::text is null or c.city = $1
order by c.name, s.theme
