-- What readings gave before and still stands as they gave it; at least one row for each.
-- $1 timestamptz[]: received times of the readings
-- $2 integer[]: their partitions
-- $3 bigint[]: their offsets
-- $4 timestamptz: first received time
-- $5 timestamptz: last received time
select
    r.place - 1 as place,
    o.datastream_id,
    o.phenomenon_start,
    -- whether it ever brought anything that was no repetition, or was rejected
    o.datastream_id is not null
        or exists (
            select from observation_version as v
            where v.received_time = r.received_time
                and v.reading_partition = r.reading_partition
                and v.reading_offset = r.reading_offset
        )
        or exists (
            select from dead_letter as d
            where d.received_time = r.received_time
                and d.reading_partition = r.reading_partition
                and d.reading_offset = r.reading_offset
        ) as brought
from unnest($1::timestamptz[], $2::integer[], $3::bigint[]) with ordinality
    as r (received_time, reading_partition, reading_offset, place)
left join observation as o
    on o.received_time = r.received_time
    and o.reading_partition = r.reading_partition
    and o.reading_offset = r.reading_offset
    and o.received_time between $4 and $5
order by r.place
