-- Show a thing to everybody when one of its datastreams is open, and only then.
-- $1 integer[]: things, null for all
update thing as t
set open = not t.open
where ($1::integer[] is null or t.thing_id = any($1))
    and t.open <> exists (
        select from datastream as d where d.thing_id = t.thing_id and d.open
    )
