-- Rejected of received, by city and profile, in the whole hours of a window; only where something
-- was rejected. What the gateway rejected never became a reading, and is counted by its letters.
-- $1 text: city, or null for all; $2 text: profile, or null
-- $3 timestamptz: begin of the window
with reading as (
    select
        city, profile,
        sum(normalised + empty + rejected)::bigint as received,
        sum(rejected)::bigint as rejected
    from account
    where hour >= date_trunc('hour', $3::timestamptz)
        and ($1::text is null or city = $1)
        and ($2::text is null or profile = $2)
    group by city, profile
),
refused as (
    select city, profile, count(*) as letters
    from dead_letter
    where station = 'ingest'
        and received_time >= date_trunc('hour', $3::timestamptz)
        and ($1::text is null or city = $1)
        and ($2::text is null or profile = $2)
    group by city, profile
),
total as (
    select
        city, profile,
        coalesce(received, 0) + coalesce(letters, 0) as received,
        coalesce(rejected, 0) + coalesce(letters, 0) as rejected
    from reading
    full join refused using (city, profile)
)
select city, profile, received, rejected, rejected::double precision / received as share
from total
where rejected > 0
order by share desc, city, profile
