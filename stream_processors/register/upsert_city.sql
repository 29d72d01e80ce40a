-- Write a city as its pack has it.
-- $1 text: slug, $2 text: name, $3 text: time zone, $4 jsonb: properties
insert into city as c (city, name, time_zone, properties)
values ($1, $2, $3, $4)
on conflict (city) do update
set name = excluded.name, time_zone = excluded.time_zone, properties = excluded.properties
where (c.name, c.time_zone, c.properties)
    is distinct from (excluded.name, excluded.time_zone, excluded.properties)
