-- Write where a thing is, if that is another place than is known.
-- $1 integer: thing, $2 text: name, $3 text: description, $4 jsonb: location,
-- $5 double precision: longitude, $6 double precision: latitude
with here as (
    insert into location (name, description, location, longitude, latitude)
    select $2, $3, $4, $5, $6
    where not exists (
        select
        from thing as t
        join location as l using (location_id)
        where t.thing_id = $1 and (l.longitude, l.latitude) = ($5, $6)
    )
    returning location_id
),
since as (
    insert into historical_location (thing_id, location_id, time)
    select $1, location_id, now() from here
)
update thing set location_id = here.location_id from here where thing_id = $1
