-- From when on datasets are kept, where that is not for ever.
select
    dataset_id,
    (properties -> 'retention' ->> 'observations')::interval as kept,
    nullif(kept_from, '-infinity') as kept_from
from dataset
where properties -> 'retention' ? 'observations' or kept_from > '-infinity'
