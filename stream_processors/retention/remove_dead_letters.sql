-- Remove some dead letters whose time is over, and tell how many of which city. A letter belongs to
-- the datasets that its sensor type feeds in that city, and stays as long as the longest of their
-- rules says; one that belongs to none, as long as the platform says.
-- $1 timestamptz: now
-- $2 interval: the platform's rule
-- $3 integer: rows at most
with rule as (
    select
        t.city, t.profile,
        max(coalesce((d.properties -> 'retention' ->> 'deadLetters')::interval, $2::interval)) as kept
    from dataset as d
    join datastream using (dataset_id)
    join thing as t using (thing_id)
    group by t.city, t.profile
),
shortest as (
    select least($2::interval, min(kept)) as kept from rule
),
doomed as (
    select l.dead_letter_id, coalesce(r.kept, $2::interval) as kept
    from dead_letter as l
    left join rule as r using (city, profile)
    where l.received_time < $1::timestamptz - (select kept from shortest)
        and l.received_time < $1::timestamptz - coalesce(r.kept, $2::interval)
    order by l.received_time
    limit $3
),
gone as (
    delete from dead_letter as l
    using doomed as d
    where l.dead_letter_id = d.dead_letter_id
    returning l.city, l.received_time, d.kept
)
select city, kept, count(*) as removed, min(received_time) as first, max(received_time) as last
from gone
group by city, kept
