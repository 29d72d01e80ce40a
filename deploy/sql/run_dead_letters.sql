-- Dead letters that a run brought, by where they came from and what they were.
-- $1 bigint: last dead letter before the run
select source, payload_sha256, station, count(*) as letters
from dead_letter
where dead_letter_id > $1
group by source, payload_sha256, station
