-- Dead letters by city, profile and reason.
-- $1 text: city, or null for all
select city, profile, reason, count(*) as letters, count(replayed_at) as replayed,
       max(received_time) as newest
from dead_letter, unnest(reasons) as reason
where $1::text is null or city = $1
group by city, profile, reason
order by letters desc, city, profile, reason
