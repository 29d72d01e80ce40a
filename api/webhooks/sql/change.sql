-- $1 text city, $2 text webhook, $3 text url, $4 text description, $5 text state; null: as it is.
-- Who makes it active again has mended the receiver: it is tried at once.
update webhook
set url = coalesce($3, url),
    description = coalesce($4, description),
    state = coalesce($5, state),
    reason = case when $5 = 'active' then '' else reason end,
    attempts = case when $5 = 'active' then 0 else attempts end,
    failing_since = case when $5 = 'active' then null else failing_since end,
    next_attempt = case when $5 = 'active' then null else next_attempt end,
    version = version + 1
where city = $1 and webhook_id = $2
returning webhook_id
