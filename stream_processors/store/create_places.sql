-- Begin with partitions that are seen for the first time.
-- $1 text: topic
-- $2 integer[]: partitions
insert into kafka_offset (topic, partition, next_offset)
select $1, partition, 0 from unnest($2::integer[]) as partition
on conflict do nothing
