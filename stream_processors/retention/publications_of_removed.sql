-- Publications that are still kept and hold something of what is removed, with its sequences.
select p.first_sequence, p.batch, array_agg(r.sequence) as sequences
from removed as r
join publication as p on p.last_sequence = (
    -- the row in which the sequence lies, by its key
    select q.last_sequence from publication as q
    where q.last_sequence >= r.sequence
    order by q.last_sequence
    limit 1
) and p.first_sequence <= r.sequence
where r.published_at >= (select min(published_from) from publication)
group by p.first_sequence
