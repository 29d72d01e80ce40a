-- $1 text webhook, $2 int version
update webhook
set sequence = pending, pending = null, delivered = delivered + 1, delivered_time = now(),
    attempts = 0, failing_since = null, failure = '', next_attempt = null
where webhook_id = $1 and version = $2
returning webhook_id
