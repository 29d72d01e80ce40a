-- $1 text[] cities whose restricted datastreams are shown too: of each dataset and observed
-- property the newest observation.
select
    s.dataset_id, d.datastream_id, d.thing_id, t.title as thing, p.name as observed_property,
    d.unit_of_measurement ->> 'symbol' as unit, n.phenomenon_start, n.phenomenon_end,
    n.result_number, n.result_json, n.quality
from dataset s
cross join lateral (
    select distinct on (d.observed_property_id) d.*
    from datastream d
    join latest e on e.datastream_id = d.datastream_id
    where d.dataset_id = s.dataset_id and (d.open or s.city = any($1))
    order by d.observed_property_id, e.phenomenon_start desc, d.datastream_id
) d
join latest n on n.datastream_id = d.datastream_id
join thing t on t.thing_id = d.thing_id
join observed_property p on p.observed_property_id = d.observed_property_id
order by s.dataset_id, p.name
