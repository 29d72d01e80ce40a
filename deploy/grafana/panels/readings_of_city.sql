-- A city's readings by what became of them, by hour of receipt.
select
    hour as time,
    sum(normalised) as "genormaliseerd",
    sum(empty) as "leeg",
    sum(rejected) as "verworpen"
from dashboard.account
where city = '$city' and $__timeFilter(hour)
group by hour
order by hour
