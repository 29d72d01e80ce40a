-- How far the database is: sequence, and places in Kafka.
select
    (select last_sequence from publication_lane) as sequence,
    (select json_object_agg(partition, next_offset) from kafka_offset where topic = $1) as readings,
    (select json_object_agg(partition, next_offset) from kafka_offset where topic = $2)
        as observations
