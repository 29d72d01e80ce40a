-- Erase what a feed told of some subjects: a deletion stays in each place. What there is now is told
-- again, as new, at the chronicle's next turn.
-- $1 text: feed; $2 text[]: subjects
with told as (
    update chronicle
    set activity = 'delete', digest = '', description = ''
    where feed = $1 and subject = any($2) and description <> ''
    returning 1
)
select count(*) from told
