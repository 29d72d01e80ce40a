-- Where the database is in Kafka, and since when.
select
    topic as "onderwerp",
    count(*) as "partities",
    sum(next_offset) as "berichten",
    max(updated_at) as "laatst"
from dashboard.kafka_offset
group by topic
order by topic
