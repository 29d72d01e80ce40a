-- Observations of a period, current or corrected since; withdrawn ones do not count.
-- $1 integer[]: datastreams; $2, $3 timestamptz: first and last begin of the phenomenon
select datastream_id, phenomenon_start, result_number, result_json, sequence, published_at,
       received_time, reading_partition, reading_offset
from observation
where datastream_id = any($1) and phenomenon_start between $2 and $3
union all
select datastream_id, phenomenon_start, result_number, result_json, sequence, published_at,
       received_time, reading_partition, reading_offset
from observation_version
where datastream_id = any($1) and phenomenon_start between $2 and $3 and not withdrawn
