-- Write down the inner nodes on which pages hang; one that is there may only open.
-- $1 int[] streams, $2 text[] names, $3 text[] names of their parents, $4 timestamptz[] begins,
-- $5 boolean[] whether there is anything for everybody below them
insert into event_node as n (event_stream_id, bucket, parent, lower_time, open)
select * from unnest($1::int[], $2::text[], $3::text[], $4::timestamptz[], $5::boolean[])
on conflict (event_stream_id, bucket) do update set open = true
where excluded.open and not n.open
