-- Mean of each hour of datastreams, without values that have a flag of severity error.
-- $1 integer[]: datastreams
-- $2 timestamptz: begin of the first hour
-- $3 timestamptz: end of the last
select datastream_id, bucket_start, sum / count as mean
from aggregate
where datastream_id = any($1::integer[])
    and period = 'hour'
    and bucket_start >= $2
    and bucket_start < $3
    and count > 0
