-- Take the oldest notes of a shard. What is noted from now on is left for the next round: its
-- observations may be too late for what this transaction reads.
-- $1 integer: shard
-- $2 integer: how many at most
with taken as (
    delete from aggregate_task
    where shard = $1
        and task_id in (
            select task_id from aggregate_task where shard = $1 order by task_id limit $2
        )
    returning datastream_id, bucket_start
)
insert into touched select distinct datastream_id, bucket_start from taken
