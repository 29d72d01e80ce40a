-- Of each open dataset and observed property the datastream that was heard last, registers left
-- out where there is anything else, with its last numbers for a small chart.
-- $1 text[] cities; $2 text[] flags whose values are not drawn; $3 int numbers
select d.dataset_id, d.datastream_id, r.numbers
from dataset s
cross join lateral (
    select distinct on (d.observed_property_id)
        d.dataset_id, d.datastream_id, coalesce(d.properties -> 'cumulative' = 'true', false)
            as cumulative
    from datastream d
    join latest e on e.datastream_id = d.datastream_id
    where d.dataset_id = s.dataset_id and d.open
    order by d.observed_property_id, e.last_phenomenon_end desc, d.datastream_id
) d
cross join lateral (
    select array_agg(o.result_number order by o.phenomenon_start) as numbers
    from (
        select b.phenomenon_start, b.result_number
        from observation b
        where b.datastream_id = d.datastream_id and b.result_number is not null
          and (b.quality is null or not b.quality && $2::text[])
        order by b.phenomenon_start desc
        limit $3
    ) o
) r
where s.city = any($1) and not d.cumulative
order by d.dataset_id, d.datastream_id
