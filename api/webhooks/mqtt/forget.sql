-- Forget last values that the broker has no more.
-- $1 int[]: datastreams
delete from mqtt_retained
where datastream_id in (
    select datastream_id from mqtt_retained
    where datastream_id = any($1::int[])
    order by datastream_id
    for update
)
