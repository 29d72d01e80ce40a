-- Move what a round corrects among the versions, and put the later result in its place.
-- $1 integer: round
with kept as (
    insert into observation_version (
        datastream_id, reading_partition, phenomenon_start, phenomenon_end, result_time,
        published_at, received_time, sequence, reading_offset, result_number, result_json,
        quality, raw_result, replaced_at, replaced_by, disowned
    )
    select
        o.datastream_id, o.reading_partition, o.phenomenon_start, o.phenomenon_end, o.result_time,
        o.published_at, o.received_time, o.sequence, o.reading_offset, o.result_number,
        o.result_json, o.quality, o.raw_result, n.published_at, n.sequence,
        n.replayed and o.received_time = n.received_time
            and o.reading_partition = n.reading_partition
            and o.reading_offset = n.reading_offset
    from changed as n
    join observation as o using (datastream_id, phenomenon_start)
    where n.change = 'corrected' and n.round = $1
)
update observation as o
set reading_partition = n.reading_partition,
    phenomenon_end = n.phenomenon_end,
    result_time = n.result_time,
    published_at = n.published_at,
    received_time = n.received_time,
    sequence = n.sequence,
    reading_offset = n.reading_offset,
    result_number = n.result_number,
    result_json = n.result_json,
    quality = n.quality,
    raw_result = n.raw_result
from changed as n
where o.datastream_id = n.datastream_id
    and o.phenomenon_start = n.phenomenon_start
    and n.change = 'corrected'
    and n.round = $1
