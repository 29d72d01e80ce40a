-- The newest numbers of datastreams, of those that are not doubted.
-- $1 integer[]: datastreams
-- $2 text[]: flags of doubt
select datastream_id, phenomenon_start, result_number
from latest
where datastream_id = any($1::integer[])
    and result_number is not null
    and (quality is null or not quality && $2::text[])
