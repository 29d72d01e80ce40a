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
