-- Dead letters, the last that came first.
-- $1 text: city, or null for all; $2 text: profile, or null; $3 text: reason, or null
-- $4 timestamptz: received since, or null; $5 integer: at most so many
select dead_letter_id, city, source, received_time, station, profile, profile_version, reasons,
       rejections, payload_bytes, replayed_at
from dead_letter
where ($1::text is null or city = $1)
    and ($2::text is null or profile = $2)
    and ($3::text is null or $3 = any(reasons))
    and ($4::timestamptz is null or received_time >= $4)
order by dead_letter_id desc
limit $5
