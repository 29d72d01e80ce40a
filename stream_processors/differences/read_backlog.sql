-- How much is noted, by shard.
select shard, count(*) as tasks from difference_task group by shard order by shard
