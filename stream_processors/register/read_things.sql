-- Ids of things.
-- $1 jsonb: a list of {city, profile, name}
select t.thing_id, t.city, t.profile, t.name
from jsonb_to_recordset($1) as w (city text, profile text, name text)
join thing as t using (city, profile, name)
