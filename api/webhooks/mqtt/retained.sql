-- $1 int[] datastreams, $2 text[] topics of last values that are kept from now on
insert into mqtt_retained (datastream_id, topic)
select * from unnest($1::int[], $2::text[])
on conflict (datastream_id) do update set topic = excluded.topic
