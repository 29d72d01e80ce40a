-- Which share of what came was rejected, by city and hour of receipt.
select
    hour as time,
    city as metric,
    sum(rejected)::double precision / nullif(sum(normalised + empty + rejected), 0) as value
from dashboard.account
where $__timeFilter(hour)
group by hour, city
order by hour
