-- Show a thing to everybody when one of its datastreams is open, and only then; one that has none
-- yet, when it is announced.
-- $1 integer[]: things, null for all
update thing as t
set open = not t.open
where ($1::integer[] is null or t.thing_id = any($1))
    and t.open <> (
        select coalesce(bool_or(d.open), t.announced is not null)
        from datastream as d
        where d.thing_id = t.thing_id
    )
