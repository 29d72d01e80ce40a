-- What each city's datasets hold, for people to look at.
select d.city, d.theme, count(*) as datastreams, sum(l.observation_count)::bigint as observations
from latest as l
join datastream as s using (datastream_id)
join dataset as d using (dataset_id)
group by d.city, d.theme
order by d.city, d.theme
