-- Things that a caller sees.
select
    t.thing_id, t.title, t.description, t.location_id, t.city, t.name, t.profile,
    t.properties || jsonb_build_object('city', t.city, 'profile', t.profile, 'name', t.name)
        as properties,
    t.open or t.city = any(:cities) as readable
from thing t
where t.open or t.city = any(:cities)
