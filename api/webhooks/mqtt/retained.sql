-- Note of which datastreams the broker keeps a last value from now on. One that was removed after it
-- was read, and before this, is taken back at the next look.
-- $1 int[]: datastreams; $2 text[]: topics; $3 timestamptz[]: begins of the phenomena
insert into mqtt_retained (datastream_id, topic, removed_start)
select
    n.datastream_id, n.topic,
    case when l.phenomenon_start >= n.phenomenon_start then null else n.phenomenon_start end
from unnest($1::int[], $2::text[], $3::timestamptz[]) as n (datastream_id, topic, phenomenon_start)
left join latest as l using (datastream_id)
on conflict (datastream_id) do update set
    topic = excluded.topic,
    removed_start = excluded.removed_start
