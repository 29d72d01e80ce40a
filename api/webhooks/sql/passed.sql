-- Nothing up to here is wanted.
-- $1 text webhook, $2 int version, $3 bigint sequence
update webhook set sequence = $3
where webhook_id = $1 and version = $2
returning webhook_id
