-- $1 int datastream, $2 timestamptz from, $3 timestamptz to (both included), $4 int most, newest kept
select *
from (
    select
        o.phenomenon_start as start, coalesce(o.phenomenon_end, o.phenomenon_start) as time,
        o.result_number, o.result_json, o.quality
    from observation o
    where o.datastream_id = $1 and o.phenomenon_start >= $2 and o.phenomenon_start <= $3
    order by o.phenomenon_start desc
    limit $4
) n
order by n.start
