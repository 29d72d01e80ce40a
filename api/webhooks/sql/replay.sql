-- $1 text city, $2 text webhook, $3 bigint sequence
update webhook
set sequence = $3, pending = null, replays = replays + 1, version = version + 1,
    state = 'active', reason = '', attempts = 0, failing_since = null, next_attempt = null
where city = $1 and webhook_id = $2
returning webhook_id
