-- Write a thing as its city tells of it.
-- $1 text: city, $2 text: profile, $3 text: name, $4 text: title, $5 text: description,
-- $6 jsonb: properties, $7 text[]: themes under which it is announced, null if it is not
insert into thing as t (city, profile, name, title, description, properties, announced)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (city, profile, name) do update
set title = excluded.title, description = excluded.description,
    properties = excluded.properties, announced = excluded.announced, self_registered = false
returning thing_id
