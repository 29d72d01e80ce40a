-- Where the things that a caller sees were, since when.
select
    h.historical_location_id, h.thing_id, h.location_id, h.time,
    t.open or t.city = any(:cities) as readable
from historical_location h
join thing t on t.thing_id = h.thing_id
where t.open or t.city = any(:cities)
