-- Versions that have the result of the one before them, which would have been duplicates.
-- A value may come again after another one, or after it was withdrawn. What no reading gave, but was
-- made of several (differences of registers), is made again when its flags alone change.
-- $1 timestamptz: versions replaced since
-- $2 bigint: last sequence
with touched as (
    select distinct datastream_id, phenomenon_start
    from observation_version
    where replaced_at >= $1 and reading_partition >= 0
), version as (
    select datastream_id, phenomenon_start, sequence, result_number, result_json, withdrawn
    from touched
    join observation_version using (datastream_id, phenomenon_start)
    union all
    select datastream_id, phenomenon_start, sequence, result_number, result_json, false
    from touched
    join observation using (datastream_id, phenomenon_start)
), successive as (
    select
        *,
        lag(result_number) over follows as result_number_before,
        lag(result_json) over follows as result_json_before,
        lag(withdrawn) over follows as withdrawn_before
    from version
    where sequence <= $2
    window follows as (partition by datastream_id, phenomenon_start order by sequence)
)
select datastream_id, phenomenon_start, sequence
from successive
where not withdrawn_before
    and result_number is not distinct from result_number_before
    and result_json is not distinct from result_json_before
order by sequence
