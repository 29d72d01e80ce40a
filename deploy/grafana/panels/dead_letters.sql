-- Dead letters by the hour of their receipt and the station that rejected them.
select date_trunc('hour', received_time) as time, station as metric, count(*) as value
from dashboard.dead_letter
where $__timeFilter(received_time)
group by 1, station
order by 1
