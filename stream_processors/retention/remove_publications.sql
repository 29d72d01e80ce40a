-- Remove some publications beyond the resume horizon, the oldest first. Where there are event
-- streams, what is in none of their pages yet stays.
-- $1 timestamptz: what was published before goes
-- $2 integer: rows at most
with gone as (
    delete from publication
    where first_sequence in (
        select first_sequence
        from publication
        where published_to < $1
            and (
                not exists (select from event_stream)
                or last_sequence <= (select sequence from event_progress)
            )
        order by first_sequence
        limit $2
    )
    returning published_from, published_to
)
select count(*) as removed, min(published_from) as first, max(published_to) as last from gone
