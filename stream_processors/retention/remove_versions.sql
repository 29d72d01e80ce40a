-- Remove some earlier versions of a dataset's observations whose time is over.
-- $1 integer: dataset
-- $2 timestamptz: what lies before goes
-- $3 integer: rows at most
with doomed as (
    select v.datastream_id, v.phenomenon_start, v.sequence
    from datastream as d
    cross join lateral (
        select datastream_id, phenomenon_start, sequence
        from observation_version
        where datastream_id = d.datastream_id and phenomenon_start < $2
        order by phenomenon_start
        limit $3
    ) as v
    where d.dataset_id = $1
    limit $3
)
insert into removed
select gone.*
from doomed as d
cross join lateral remove_version(d.datastream_id, d.phenomenon_start, d.sequence) as gone
