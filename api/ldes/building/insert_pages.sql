-- Write down the pages that were closed.
-- $1 … $10: arrays of the columns, in this order
insert into event_page (
    event_stream_id, page, bucket, lower_time, upper_time, first_sequence, last_sequence,
    member_count, open, name, byte_count
)
select *
from unnest(
    $1::int[], $2::int[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::bigint[],
    $7::bigint[], $8::int[], $9::boolean[], $10::text[], $11::int[]
)
