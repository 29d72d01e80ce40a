-- How much of what a thing was called, and of where it stood before, there is to be erased.
-- $1 integer: thing; $2 text: feed of its city; $3 text[]: what that tells of it
select
    (select count(*) from chronicle
        where feed = $2 and subject = any($3) and description <> '') as "feedVersions",
    (select count(*) from feature_of_interest
        where thing_id = $1 and name <> 'gewist' and feature_of_interest_id <> (
            select feature_of_interest_id from feature_of_interest
            where thing_id = $1 order by valid_from desc limit 1
        )) as features,
    (select count(*) from historical_location as h
        where h.thing_id = $1
            and h.location_id is distinct from (select location_id from thing where thing_id = $1)
        ) as places
