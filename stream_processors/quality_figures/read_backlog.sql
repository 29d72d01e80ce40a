-- How much is noted, by shard.
select shard, count(*) as tasks from quality_task group by shard order by shard
