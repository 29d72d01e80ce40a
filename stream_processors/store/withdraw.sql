-- Move what a round withdraws among the versions.
-- $1 integer: round
with kept as (
    insert into observation_version (
        datastream_id, reading_partition, phenomenon_start, phenomenon_end, result_time,
        published_at, received_time, sequence, reading_offset, result_number, result_json,
        quality, raw_result, replaced_at, replaced_by, withdrawn,
        disowned
    )
    select
        o.datastream_id, o.reading_partition, o.phenomenon_start, o.phenomenon_end, o.result_time,
        o.published_at, o.received_time, o.sequence, o.reading_offset, o.result_number,
        o.result_json, o.quality, o.raw_result, n.published_at, n.sequence, true,
        true
    from changed as n
    join observation as o using (datastream_id, phenomenon_start)
    where n.change = 'withdrawn' and n.round = $1
)
delete from observation as o
using changed as n
where o.datastream_id = n.datastream_id
    and o.phenomenon_start = n.phenomenon_start
    and n.change = 'withdrawn'
    and n.round = $1
