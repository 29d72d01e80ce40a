-- Erase some observations.
-- $1 integer[]: datastreams; $2 timestamptz, $3 timestamptz: begin and end; $4 integer: at most
with doomed as (
    select datastream_id, phenomenon_start
    from observation
    where datastream_id = any($1)
        and phenomenon_start < $3
        and (phenomenon_start >= $2 or phenomenon_end > $2)
    limit $4
),
gone as (
    delete from observation as o
    using doomed as d
    where o.datastream_id = d.datastream_id and o.phenomenon_start = d.phenomenon_start
    returning
        o.datastream_id, o.phenomenon_start, o.result_time, o.published_at, o.sequence
)
insert into removed select * from gone
