-- What a round would remove now of a dataset's observations, versions and aggregates.
-- $1 integer: dataset
-- $2 timestamptz: what lies before goes of its observations, or null
-- $3 timestamptz: and of its aggregates, or null
with series as (
    select datastream_id from datastream where dataset_id = $1
)
select what, removed as count, first, last
from (
    select
        'observation' as what, count(*) as removed, min(phenomenon_start) as first,
        max(phenomenon_start) as last
    from series join observation using (datastream_id)
    where phenomenon_start < $2
    union all
    select 'observation_version', count(*), min(phenomenon_start), max(phenomenon_start)
    from series join observation_version using (datastream_id)
    where phenomenon_start < $2
    union all
    select 'aggregate', count(*), min(bucket_start), max(bucket_start)
    from series join aggregate using (datastream_id)
    where bucket_start < $3
) as plan
where removed > 0
