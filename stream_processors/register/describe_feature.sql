-- Write what a thing's observations are about. As long as the place was not known, the feature
-- that is there gets it; a thing that was moved gets another feature from now on.
-- $1 integer: thing, $2 text: name, $3 text: description, $4 jsonb: feature
with newest as (
    select * from feature_of_interest where thing_id = $1 order by valid_from desc limit 1
),
mended as (
    update feature_of_interest as f
    set name = $2, description = $3, feature = $4
    from newest as n
    where f.feature_of_interest_id = n.feature_of_interest_id
        and (n.feature -> 'geometry' in ('null'::jsonb, $4::jsonb -> 'geometry'))
        and (f.name, f.description, f.feature) is distinct from ($2, $3, $4::jsonb)
)
insert into feature_of_interest (thing_id, valid_from, name, description, feature)
select
    $1, case when exists (select from newest) then now() else '-infinity' end, $2, $3, $4
where not exists (
    select from newest as n
    where n.feature -> 'geometry' in ('null'::jsonb, $4::jsonb -> 'geometry')
        -- a city that no longer tells the place does not move the thing
        or $4::jsonb -> 'geometry' = 'null'
)
