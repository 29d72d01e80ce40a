-- Fixes where the message under way ends, before it is sent.
-- $1 text webhook, $2 int version, $3 bigint sequence before it, $4 bigint its last
update webhook set sequence = $3, pending = $4
where webhook_id = $1 and version = $2 and state = 'active'
returning webhook_id
