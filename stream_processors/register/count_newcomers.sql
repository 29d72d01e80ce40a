-- How many things of a city registered themselves within the hour.
-- $1 text: city
select count(*)
from thing
where city = $1 and self_registered and registered_time > now() - interval '1 hour'
