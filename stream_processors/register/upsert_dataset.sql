-- Write a dataset as its city declares it.
-- $1 text: city, $2 text: theme, $3 text: title, $4 text: description, $5 text: licence,
-- $6 text: access, $7 jsonb: properties
insert into dataset as d (city, theme, title, description, licence, access, properties)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (city, theme) do update
set title = excluded.title, description = excluded.description, licence = excluded.licence,
    access = excluded.access, properties = excluded.properties,
    changed_time = case
        when (d.title, d.description, d.licence, d.access, d.properties) is distinct from (
            excluded.title, excluded.description, excluded.licence, excluded.access,
            excluded.properties
        ) then now() else d.changed_time
    end
returning dataset_id
