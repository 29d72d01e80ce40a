-- Dead letters whose whole payload was kept.
-- $1 bigint[]: ids, or null for all; $2 text: city, or null; $3 text: reason, or null
select dead_letter_id, city, source, received_time, channel, station, reading_partition, payload
from dead_letter
where ($1::bigint[] is null or dead_letter_id = any($1))
  and ($2::text is null or city = $2)
  and ($3::text is null or $3 = any(reasons))
  and replayed_at is null
  and payload_bytes = octet_length(payload)
order by dead_letter_id
