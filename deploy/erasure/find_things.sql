-- Things of a city by their name, or by `vendor/model/name`; or the thing of a datastream, which
-- takes with it what is made of it: the differences of a register.
-- $1 text: city
-- $2 text: name, or null
-- $3 integer: datastream, or null
select
    t.thing_id, t.profile, t.name,
    array_agg(d.datastream_id order by d.datastream_id) as datastreams,
    array_agg(d.interval_seconds order by d.datastream_id) as interval_seconds,
    array_agg(distinct d.dataset_id) as datasets
from thing as t
join datastream as d using (thing_id)
where t.city = $1
    and ($2::text is null or t.name = $2 or t.profile || '/' || t.name = $2)
    and (
        $3::integer is null
        or d.datastream_id = $3
        or d.datastream_id in (select m.datastream_id from difference as m where m.register_id = $3)
    )
group by t.thing_id
order by t.profile, t.name
