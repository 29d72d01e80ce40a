-- How many of a profile's observations that a run brought bear each flag; under the empty code how
-- many bear any. Without what is made of registers, which comes later.
-- $1 text: city; $2 text: profile that the topics name; $3 bigint: last sequence before the run
with series as (
    select datastream_id from datastream join thing using (thing_id)
    where city = $1 and profile = $2
),
flagged as (
    select quality from observation join series using (datastream_id)
    where sequence > $3 and reading_partition >= 0 and quality is not null
    union all
    select quality from observation_version join series using (datastream_id)
    where sequence > $3 and reading_partition >= 0 and quality is not null
)
select code, count(*) as observations
from flagged cross join unnest(array_append(quality, '')) as code
group by code
order by code
