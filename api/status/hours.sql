-- What became of the readings that were received in the last 24 hours, this one included, by city
-- and hour. A message that the gateway rejected never became a reading, and is counted with them.
-- $1 timestamptz: now
with hour as (
    select
        city, hour, normalised, empty, rejected, observations, duplicates, corrections, withdrawals
    from account
    where hour > $1::timestamptz - interval '24 hours' and hour <= $1::timestamptz
    union all
    select
        city, date_trunc('hour', received_time, 'UTC'), 0, 0, count(*), 0, 0, 0, 0
    from dead_letter
    where station = 'ingest'
        and received_time >= date_trunc('hour', $1::timestamptz, 'UTC') - interval '23 hours'
        and received_time <= $1::timestamptz
    group by 1, 2
)
select
    city,
    hour as start,
    sum(normalised + empty + rejected)::bigint as received,
    sum(normalised)::bigint as normalised,
    sum(empty)::bigint as empty,
    sum(rejected)::bigint as rejected,
    sum(observations)::bigint as stored,
    sum(duplicates)::bigint as duplicates,
    sum(corrections)::bigint as corrections,
    sum(withdrawals)::bigint as withdrawals
from hour
group by city, hour
order by city, hour
