-- Write an entry of the vocabulary.
-- $1 text: city or null, $2 text: code, $3 text: theme, $4 text: name, $5 text: definition,
-- $6 text: description, $7 jsonb: properties
insert into observed_property as p (
    city, code, theme, name, definition, description, properties
)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (city, code) do update
set theme = excluded.theme, name = excluded.name, definition = excluded.definition,
    description = excluded.description, properties = excluded.properties
returning observed_property_id
