-- How much is noted, by shard.
select shard, count(*) as tasks from aggregate_task group by shard order by shard
