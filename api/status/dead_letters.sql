-- Dead letters of the last 24 hours that nobody brought again, by city (empty: none could be told)
-- and reason; one with two reasons counts for both.
-- $1 timestamptz: now
select city, reason, count(*) as count
from dead_letter
cross join lateral (select distinct unnest(reasons) as reason) as told
where received_time > $1::timestamptz - interval '24 hours'
    and received_time <= $1::timestamptz
    and replayed_at is null
group by city, reason
order by city, count(*) desc, reason
