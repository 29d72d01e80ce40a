-- Whether something in a chunk is in a publication that is still kept.
-- $1 timestamptz: begin of the chunk
-- $2 timestamptz: its end
select exists (
    select from observation
    where phenomenon_start >= $1 and phenomenon_start < $2
        and published_at >= (select min(published_from) from publication)
)
