-- Readings that came, by city and hour of receipt.
select hour as time, city as metric, sum(normalised + empty + rejected) as value
from dashboard.account
where $__timeFilter(hour)
group by hour, city
order by hour
