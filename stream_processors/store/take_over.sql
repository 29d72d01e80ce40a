-- Let an observation stand for the later one of two readings that give the same, when that is
-- replayed: the earlier one, replayed after it, may then give it no more.
-- $1 integer: round
-- $2 timestamptz: first phenomenon start of the batch (lets a hypertable leave out chunks)
-- $3 timestamptz: last phenomenon start of the batch
update observation as o
set reading_partition = i.reading_partition,
    reading_offset = i.reading_offset,
    received_time = i.received_time
from incoming as i
where i.round = $1
    and i.replayed
    and not i.repeats
    and not i.withdrawn
    and o.datastream_id = i.datastream_id
    and o.phenomenon_start = i.phenomenon_start
    and o.phenomenon_start between $2 and $3
    and (o.result_number = i.result_number or o.result_json = i.result_json)
    and (o.received_time, o.reading_offset) < (i.received_time, i.reading_offset)
