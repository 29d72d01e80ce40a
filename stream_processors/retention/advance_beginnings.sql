-- Note where the logs begin now, and tell what went since the last look, by topic. A log that begins
-- before it did is another one.
-- $1 text[]: topics
-- $2 integer[]: partitions
-- $3 bigint[]: first offsets that there are
with now as (
    select * from unnest($1::text[], $2::integer[], $3::bigint[])
        as n (topic, partition, first_offset)
),
before as (
    select topic, partition, k.first_offset
    from kafka_offset as k
    join now using (topic, partition)
    for update of k
),
moved as (
    update kafka_offset as k
    set first_offset = n.first_offset
    from now as n
    where k.topic = n.topic and k.partition = n.partition and k.first_offset <> n.first_offset
)
select
    topic,
    sum(n.first_offset - b.first_offset)::bigint as removed,
    null::timestamptz as first,
    null::timestamptz as last
from now as n
join before as b using (topic, partition)
where n.first_offset > b.first_offset
group by topic
