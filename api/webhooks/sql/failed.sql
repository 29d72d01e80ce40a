-- $1 text webhook, $2 int version, $3 text failure, $4 timestamptz next attempt
update webhook
set attempts = attempts + 1, failing_since = coalesce(failing_since, now()), failure = $3,
    next_attempt = $4
where webhook_id = $1 and version = $2
returning webhook_id
