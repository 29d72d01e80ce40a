-- Take the oldest notes of a shard, with the time zone of each thing's city. What is noted from now
-- on is left for the next round: its observations may be too late for what this transaction reads.
-- $1 integer: shard
-- $2 integer: how many at most
with taken as (
    delete from aggregate_task
    where shard = $1
        and task_id <= (
            select max(task_id)
            from (
                select task_id from aggregate_task where shard = $1 order by task_id limit $2
            ) as oldest
        )
    returning datastream_id, bucket_start
)
insert into touched
select t.datastream_id, t.bucket_start, coalesce(c.time_zone, 'UTC')
from (select distinct datastream_id, bucket_start from taken) as t
left join datastream as d using (datastream_id)
left join thing using (thing_id)
left join city as c using (city)
