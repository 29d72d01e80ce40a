-- Open dead letters in their order, held until the end of the transaction: one that comes back
-- waits, and is open again afterwards. Without the whole payload there is nothing to replay.
-- $1 text: city, or null for all; $2 text: profile, or null; $3 text: reason, or null
-- $4 timestamptz: received since, or null; $5 bigint[]: ids, or null for all
-- $6 bigint: beyond this id; $7 integer: at most so many
select dead_letter_id, city, source, received_time, channel, station, reading_partition, payload
from dead_letter
where ($1::text is null or city = $1)
    and ($2::text is null or profile = $2)
    and ($3::text is null or $3 = any(reasons))
    and ($4::timestamptz is null or received_time >= $4)
    and ($5::bigint[] is null or dead_letter_id = any($5))
    and dead_letter_id > $6
    and replayed_at is null
    and payload_bytes = octet_length(payload)
order by dead_letter_id
limit $7
for update skip locked
