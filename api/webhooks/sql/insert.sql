-- Makes a webhook, unless the city has as many as it may.
-- $1 text webhook, $2 text city, $3 text url, $4 jsonb filter, $5 text description, $6 text secret,
-- $7 bigint sequence, null: the last one published; $8 int most webhooks of a city
with locked as (
    select city from city where city = $2 for update
)
insert into webhook (webhook_id, city, url, filter, description, secret, sequence)
select
    $1, locked.city, $3, $4, $5, $6,
    coalesce($7, (select last_sequence from publication_lane), 0)
from locked
where (select count(*) from webhook w where w.city = $2) < $8
returning webhook_id
