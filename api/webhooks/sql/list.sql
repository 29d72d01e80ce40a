-- $1 text city, $2 text webhook, null for all of the city's
select
    webhook_id as id, city, url, filter, description, state, reason, created_time, sequence,
    delivered, delivered_time, attempts, failing_since, failure, next_attempt
from webhook
where city = $1 and ($2::text is null or webhook_id = $2)
order by created_time, webhook_id
