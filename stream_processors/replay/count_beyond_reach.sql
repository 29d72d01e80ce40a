-- How many readings were received in whole hours before a time.
-- $1 timestamptz: the time
-- $2 text: city, or null for all
-- $3 text[]: city and profile, as city/vendor/model; or null for all
-- $4 timestamptz: received since, or null
-- $5 timestamptz: received until, or null
select coalesce(sum(normalised + empty + rejected), 0)::bigint
from account
where hour < date_trunc('hour', $1::timestamptz)
    and ($2::text is null or city = $2)
    and ($3::text[] is null or city || '/' || profile = any($3))
    and ($4::timestamptz is null or hour >= date_trunc('hour', $4))
    and ($5::timestamptz is null or hour < $5)
