-- Erase dead letters that may be of the thing: by their topic, or by its name in their payload.
-- $1 text: city; $2 text: source of the thing; $3 text: its profile; $4 bytea: its name
-- $5 timestamptz: received since
with gone as (
    delete from dead_letter
    where city = $1
        and (source = $2 or profile = $3 and position($4::bytea in payload) > 0)
        and received_time >= $5
    returning 1
)
select count(*) from gone
