-- Let what was read wait for its page.
-- $1 int[] streams, $2 bigint[] last sequences, $3 bytea[] batches
insert into event_waiting (event_stream_id, last_sequence, batch)
select * from unnest($1::int[], $2::bigint[], $3::bytea[])
