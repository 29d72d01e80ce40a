-- Which datasets have observations in a chunk; a probe for each datastream.
-- $1 timestamptz: begin of the chunk
-- $2 timestamptz: its end
select distinct d.dataset_id
from datastream as d
where exists (
    select from observation as o
    where o.datastream_id = d.datastream_id
        and o.phenomenon_start >= $1 and o.phenomenon_start < $2
)
