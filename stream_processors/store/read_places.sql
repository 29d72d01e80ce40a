-- Where we are in partitions of a topic.
-- $1 text: topic
-- $2 integer[]: partitions
select partition, next_offset, cluster, fingerprint
from kafka_offset
where topic = $1 and partition = any($2)
