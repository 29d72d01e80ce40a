-- Of how many datastreams the MQTT broker still keeps a last value that is removed.
-- $1 integer[]: datastreams
select count(*) from mqtt_retained where datastream_id = any($1) and removed_start is not null
