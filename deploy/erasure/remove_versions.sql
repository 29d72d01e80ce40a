-- Erase some earlier versions of observations.
-- $1 integer[]: datastreams; $2 timestamptz, $3 timestamptz: begin and end; $4 integer: at most
with doomed as (
    select datastream_id, phenomenon_start, sequence
    from observation_version
    where datastream_id = any($1)
        and phenomenon_start < $3
        and (phenomenon_start >= $2 or phenomenon_end > $2)
    limit $4
)
insert into removed
select gone.*
from doomed as d
cross join lateral remove_version(d.datastream_id, d.phenomenon_start, d.sequence) as gone
