-- What is said about each observation of a datastream.
-- $1 text[] cities whose restricted datastreams are wanted too, null for all of them
-- $2 int[]  datastreams, null for all
-- $3 text[] cities, null for all
-- $4 text[] themes, null for all
select
    d.datastream_id, s.city, s.theme, t.thing_id, t.name as thing,
    p.code as observed_property, d.unit, d.interval_seconds, d.open, s.licence,
    l.longitude, l.latitude
from datastream d
join dataset s on s.dataset_id = d.dataset_id
join thing t on t.thing_id = d.thing_id
join observed_property p on p.observed_property_id = d.observed_property_id
left join location l on l.location_id = t.location_id
where (d.open or $1::text[] is null or s.city = any($1))
  and ($2::int[] is null or d.datastream_id = any($2))
  and ($3::text[] is null or s.city = any($3))
  and ($4::text[] is null or s.theme = any($4))
order by d.datastream_id
