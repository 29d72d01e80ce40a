-- Places where a thing that the caller sees is or was.
select
    l.location_id, l.name, l.description, l.encoding_type, l.location,
    jsonb_build_object('longitude', l.longitude, 'latitude', l.latitude) as properties,
    exists (
        select from historical_location h
        join thing t on t.thing_id = h.thing_id
        where h.location_id = l.location_id and (t.open or t.city = any(:cities))
    ) as readable
from location l
where exists (
    select from historical_location h
    join thing t on t.thing_id = h.thing_id
    where h.location_id = l.location_id and (t.open or t.city = any(:cities))
)
