-- Note of dead letters that their readings, now replayed, have made good or said anew.
-- $1 timestamptz[]: received times of the readings
-- $2 integer[]: their partitions
-- $3 bigint[]: their offsets
-- $4 boolean[]: whether the profile rejects nothing of them
-- $5 text[]: hash of the letter that the store keeps of them now, empty when it keeps none
update dead_letter as d
set replayed_at = now()
from unnest($1::timestamptz[], $2::integer[], $3::bigint[], $4::boolean[], $5::text[])
    as r (received_time, reading_partition, reading_offset, is_readable, kept)
where d.received_time = r.received_time
    and d.reading_partition = r.reading_partition
    and d.reading_offset = r.reading_offset
    and d.replayed_at is null
    and case when d.station = 'store' then d.payload_sha256 <> r.kept else r.is_readable end
