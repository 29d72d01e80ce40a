-- $1 text[] cities whose restricted datastreams are counted too.
select
    c.city, c.name as city_name, s.dataset_id, s.theme, s.title, s.description, s.licence,
    s.access, s.properties ->> 'accessReason' as access_reason,
    n.things, n.datastreams, n.observations, n.last_time
from city c
left join dataset s on s.city = c.city
left join lateral (
    select
        count(distinct d.thing_id) as things,
        count(*) as datastreams,
        coalesce(sum(e.observation_count), 0)::bigint as observations,
        max(e.phenomenon_start) as last_time
    from datastream d
    left join latest e on e.datastream_id = d.datastream_id
    where d.dataset_id = s.dataset_id and (d.open or s.city = any($1))
) n on true
order by c.name, s.theme
