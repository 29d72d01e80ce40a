-- Erase where a thing was before it was where it is, and what that was called.
-- $1 integer: thing
with past as (
    select feature_of_interest_id
    from feature_of_interest
    where thing_id = $1
    order by valid_from desc
    offset 1
),
nameless as (
    update feature_of_interest as f
    set name = 'gewist', description = 'gewist', properties = '{}',
        feature = '{"type": "Feature", "properties": {}, "geometry": null}'
    from past as p
    where f.feature_of_interest_id = p.feature_of_interest_id
),
gone as (
    delete from historical_location as h
    where h.thing_id = $1
        and h.location_id is distinct from (select location_id from thing where thing_id = $1)
    returning h.historical_location_id, h.location_id
)
delete from location as l
using gone as g
where l.location_id = g.location_id
    and not exists (select from thing as t where t.location_id = l.location_id)
    and not exists (
        select from historical_location as h
        where h.location_id = l.location_id
            and h.historical_location_id not in (select historical_location_id from gone)
    )
