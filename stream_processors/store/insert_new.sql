-- Write the observations of a round that are new.
-- $1 integer: round
insert into observation (
    datastream_id, reading_partition, phenomenon_start, phenomenon_end, result_time,
    published_at, received_time, sequence, reading_offset, result_number, result_json,
    quality, raw_result
)
select
    datastream_id, reading_partition, phenomenon_start, phenomenon_end, result_time,
    published_at, received_time, sequence, reading_offset, result_number, result_json,
    quality, raw_result
from fresh
where round = $1
order by datastream_id, phenomenon_start
