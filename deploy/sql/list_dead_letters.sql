-- Dead letters by reason, newest first.
-- $1 text: city, or null for all; $2 text: reason, or null for all; $3 integer: at most so many
select dead_letter_id, city, source, received_time, station, profile, profile_version, reasons,
       rejections, payload_bytes, replayed_at
from dead_letter
where ($1::text is null or city = $1) and ($2::text is null or $2 = any(reasons))
order by dead_letter_id desc
limit $3
