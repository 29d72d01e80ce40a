-- A city's dead letters that nobody brought again, by reason.
select reason as "reden", profile as "profiel", count(*) as "brieven", max(received_time) as "laatste"
from dashboard.dead_letter, unnest(reasons) as reason
where city = '$city' and replayed_at is null and $__timeFilter(received_time)
group by reason, profile
order by count(*) desc, reason
limit 100
