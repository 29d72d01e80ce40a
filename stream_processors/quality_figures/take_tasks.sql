-- Take the oldest notes of a shard; returns how many hours there are to be counted, and the
-- datastreams. What is noted from now on is left for the next round.
-- $1 integer: shard
-- $2 integer: how many notes at most
with taken as (
    delete from quality_task
    where shard = $1
        and task_id <= (
            select max(task_id)
            from (
                select task_id from quality_task where shard = $1 order by task_id limit $2
            ) as oldest
        )
    returning datastream_id, hour_start
)
insert into touched_hour
select distinct datastream_id, hour_start from taken
returning datastream_id, hour_start
