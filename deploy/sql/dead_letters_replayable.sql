-- What a replay would take: open letters, and those that cannot be replayed for want of a payload.
-- $1 text: city, or null for all; $2 text: profile, or null; $3 text: reason, or null
-- $4 timestamptz: received since, or null; $5 bigint[]: ids, or null for all
select
    count(*) filter (where payload_bytes = octet_length(payload)) as whole,
    count(*) filter (where payload_bytes > octet_length(payload)) as cut
from dead_letter
where ($1::text is null or city = $1)
    and ($2::text is null or profile = $2)
    and ($3::text is null or $3 = any(reasons))
    and ($4::timestamptz is null or received_time >= $4)
    and ($5::bigint[] is null or dead_letter_id = any($5))
    and replayed_at is null
