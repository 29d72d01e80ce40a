-- Neighbours of datastreams: those of other things within reach, of the same sensor type, name,
-- property, unit and interval. The nearest first.
-- $1 integer[]: datastreams
-- $2 double precision[]: how far a neighbour may be, in metres, for each
-- $3 integer: how many at most
select w.datastream_id, array_agg(n.datastream_id order by n.metres, n.datastream_id) as neighbours
from unnest($1::integer[], $2::double precision[]) as w (datastream_id, reach)
join datastream as d using (datastream_id)
join thing as t using (thing_id)
join location as here using (location_id)
cross join lateral (
    select o.datastream_id, away.metres
    from location as there
    -- Flat earth within 50 km: off by less than one in a hundred.
    cross join lateral (
        select 111320 * sqrt(
            (there.latitude - here.latitude) ^ 2
            + ((there.longitude - here.longitude) * cos(radians(here.latitude))) ^ 2
        ) as metres
    ) as away
    join thing as other on other.location_id = there.location_id
    join datastream as o on o.thing_id = other.thing_id
    where there.latitude between here.latitude - w.reach / 111320
            and here.latitude + w.reach / 111320
        and abs(there.longitude - here.longitude)
            <= w.reach / (111320 * cos(radians(here.latitude)))
        and away.metres <= w.reach
        and o.thing_id <> d.thing_id
        and (o.sensor_id, o.name, o.observed_property_id, o.unit, o.interval_seconds)
            = (d.sensor_id, d.name, d.observed_property_id, d.unit, d.interval_seconds)
    order by away.metres, o.datastream_id
    limit $3
) as n
group by w.datastream_id
