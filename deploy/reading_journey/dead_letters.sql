-- Dead letters of what was received at a time; the name tells which is the reading's.
-- $1 timestamptz: when
select dead_letter_id, city, source, received_time, station, reasons, replayed_at
from dead_letter
where received_time = $1
order by dead_letter_id
