-- How many observations datasets lose, and of which times.
select
    dataset_id, sum(observations)::bigint as removed, min(first_start) as first,
    max(last_start) as last
from lost
join datastream using (datastream_id)
group by dataset_id
