-- Note of earlier versions that the readings that gave them, now replayed, give them no more.
-- $1 timestamptz[]: received times of the readings
-- $2 integer[]: their partitions
-- $3 bigint[]: their offsets
update observation_version as v
set disowned = true
from unnest($1::timestamptz[], $2::integer[], $3::bigint[])
    as r (received_time, reading_partition, reading_offset)
where v.received_time = r.received_time
    and v.reading_partition = r.reading_partition
    and v.reading_offset = r.reading_offset
    and not v.disowned
    and not exists (
        select from incoming as i
        where i.datastream_id = v.datastream_id
            and i.phenomenon_start = v.phenomenon_start
            and i.received_time = v.received_time
            and i.reading_partition = v.reading_partition
            and i.reading_offset = v.reading_offset
            and (i.result_number = v.result_number or i.result_json = v.result_json)
    )
