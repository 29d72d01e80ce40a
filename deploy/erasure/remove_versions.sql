-- Erase some earlier versions of observations.
-- $1 integer[]: datastreams; $2 timestamptz, $3 timestamptz: begin and end; $4 integer: at most
with doomed as (
    select datastream_id, phenomenon_start, sequence
    from observation_version
    where datastream_id = any($1)
        and phenomenon_start < $3
        and (phenomenon_start >= $2 or phenomenon_end > $2)
    limit $4
),
gone as (
    delete from observation_version as v
    using doomed as d
    where v.datastream_id = d.datastream_id
        and v.phenomenon_start = d.phenomenon_start
        and v.sequence = d.sequence
    returning v.*
)
insert into removed
select datastream_id, phenomenon_start, result_time, published_at, sequence from gone
union all
-- A withdrawal was published with what it withdrew.
select datastream_id, phenomenon_start, result_time, replaced_at, replaced_by
from gone
where withdrawn
