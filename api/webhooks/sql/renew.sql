-- $1 text city, $2 text webhook, $3 text secret, $4 timestamptz until when the one before signs too
update webhook
set former_secret = secret, former_secret_until = $4, secret = $3, version = version + 1
where city = $1 and webhook_id = $2
returning webhook_id
