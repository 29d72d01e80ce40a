-- Write a thing as its city tells of it.
-- $1 text: city, $2 text: profile, $3 text: name, $4 text: title, $5 text: description,
-- $6 jsonb: properties
insert into thing as t (city, profile, name, title, description, properties)
values ($1, $2, $3, $4, $5, $6)
on conflict (city, profile, name) do update
set title = excluded.title, description = excluded.description,
    properties = excluded.properties, self_registered = false
returning thing_id
