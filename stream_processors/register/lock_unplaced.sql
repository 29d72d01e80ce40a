-- Which of these things have no place yet; nobody else gives them one in the meantime.
-- $1 integer[]: things
select thing_id from thing where thing_id = any($1) and location_id is null
order by thing_id for update
