-- How far the readings of each partition are accounted for.
-- $1 text: topic of the readings
select partition, next_offset from kafka_offset where topic = $1
