-- Which readings have a dead letter.
-- $1 integer[], $2 bigint[]: partition and offset of readings
select distinct d.reading_partition, d.reading_offset
from unnest($1::integer[], $2::bigint[]) as w (reading_partition, reading_offset)
join dead_letter as d using (reading_partition, reading_offset)
