-- Take the oldest notes of a shard. What is noted from now on is left for the next round: its
-- readings may be too late for what this transaction reads.
-- $1 integer: shard
-- $2 integer: how many at most
with taken as (
    delete from difference_task
    where shard = $1
        and task_id in (
            select task_id from difference_task where shard = $1 order by task_id limit $2
        )
    returning datastream_id, touched
)
insert into touched_register
select
    d.register_id, d.datastream_id, l.length, s.start, min(t.touched), max(t.touched)
from taken as t
join difference as d on d.register_id = t.datastream_id
cross join lateral (select make_interval(secs => d.interval_seconds) as length) as l
cross join lateral (
    select date_bin(l.length, t.touched, timestamptz '2000-01-01 00:00+00') as start
) as s
group by d.register_id, d.datastream_id, l.length, s.start
