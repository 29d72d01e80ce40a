select
    webhook_id, city, url, filter, secret, former_secret, former_secret_until,
    sequence, pending, replays, version, attempts, failing_since, next_attempt
from webhook
where state = 'active'
