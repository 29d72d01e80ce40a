-- Every change that rows of the database bear witness of, in the order of their sequence.
-- $1, $2 bigint: first and last sequence
select sequence, datastream_id, phenomenon_start
from observation
where sequence between $1 and $2
union all
select sequence, datastream_id, phenomenon_start
from observation_version
where sequence between $1 and $2
union all
select replaced_by, datastream_id, phenomenon_start
from observation_version
where withdrawn and replaced_by between $1 and $2
order by 1
