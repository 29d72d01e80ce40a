-- A city's new observations by sensor type, by hour of receipt.
select hour as time, coalesce(nullif(profile, ''), 'andere') as metric, sum(observations) as value
from dashboard.account
where city = '$city' and $__timeFilter(hour)
group by hour, metric
order by hour
