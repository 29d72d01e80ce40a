-- Seconds from the gateway's receipt to the commit, for the newest reading of each partition.
-- $1 text: topic of the readings
select extract(epoch from max(updated_at - fingerprint::timestamptz))::double precision
from kafka_offset
where topic = $1 and fingerprint <> '' and updated_at > now() - interval '10 seconds'
