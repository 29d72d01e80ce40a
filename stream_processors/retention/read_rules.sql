-- What the datasets' cities declare, and what follows from it now; a row for each dataset that is
-- not kept for ever.
-- $1 timestamptz: now
-- $2 interval: so much later than the store stops to take what is old
with said as (
    select
        dataset_id, city, theme, kept_from,
        properties -> 'retention' ->> 'observations' as observations,
        properties -> 'retention' ->> 'aggregates' as aggregates
    from dataset
)
select
    dataset_id, city, theme, observations, aggregates,
    -- Aggregates are made of whole quarters, and go by whole days.
    date_bin('15 minutes', $1::timestamptz - observations::interval - $2::interval, '2000-01-01Z')
        as observations_before,
    date_trunc('day', $1::timestamptz - aggregates::interval - $2::interval, time_zone)
        as aggregates_before
from said
join city using (city)
where observations is not null or aggregates is not null
order by dataset_id
