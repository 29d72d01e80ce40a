-- $1 text city, $2 text webhook
delete from webhook where city = $1 and webhook_id = $2 returning webhook_id
