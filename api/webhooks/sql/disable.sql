-- $1 text webhook, $2 int version, $3 text reason, $4 text failure
update webhook
set state = 'disabled', reason = $3, failure = $4, next_attempt = null, version = version + 1
where webhook_id = $1 and version = $2
returning webhook_id
