-- $1 bigint sequence, $2 int[] datastreams, $3 text[] topics of last values that are kept now
with noted as (
    insert into mqtt_position (sequence) values ($1)
    on conflict (only_row) do update set sequence = excluded.sequence
)
insert into mqtt_retained (datastream_id, topic)
select * from unnest($2::int[], $3::text[])
on conflict (datastream_id) do update set topic = excluded.topic
